import { NetworkError } from '../errors.ts'
import { isHtml, readUnlessPage, unexpectedAnswer } from '../http/answer.ts'
import { nextQuery } from '../http/link-header.ts'
import { codeOf } from '../http/network-failure.ts'
import type { Digest } from '../oci/digest.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { releaseBody } from '../source/release.ts'
import type { Capabilities } from './capabilities.ts'
import type { Registry } from './registry.ts'
import { locateRepository } from './repository.ts'

/**
 * Answers of registries without the referrers API: distribution, GHCR and GitLab do not have it. What is in front of a
 * registry may forbid paths that it does not know.
 */
const NO_API = [400, 403, 404, 405, 406, 410, 501]
const MAX_PAGES = 1000
/** In bytes, of one page. */
const MAX_PAGE = 8 * 1024 * 1024

/** A manifest in a repository. */
interface Subject {
  readonly registry: Registry
  readonly repository: string
  readonly subject: Digest
}

/** Tells whether a registry has the API, by its capabilities: copies of a handle share these. */
const known = new WeakMap<Capabilities, boolean>()

/** Tells whether a registry has the referrers API. Returns `undefined` while that is not known. */
export function hasReferrersApi({ capabilities }: Registry): boolean | undefined {
  return known.get(capabilities)
}

/**
 * Remembers in the handle whether the registry has the referrers API. It does not have it if it refuses the request but
 * answers others.
 */
export function rememberReferrersApi({ capabilities }: Registry, hasIt: boolean): void {
  known.set(capabilities, hasIt)
}

/**
 * Lists the manifests that are about another one, by the referrers API (distribution-spec § Listing Referrers). It asks
 * for no artifact type, because zot 1.4 then answers with nothing. Distribution lets no page read its answer to a path
 * that it does not know: there, no answer means that it does not have this API.
 *
 * @param onPage Called with the bytes of each page.
 * @returns `undefined` if the registry does not have this API
 */
export async function listByReferrersApi(
  { registry, repository, subject }: Subject,
  onPage: (bytes: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<readonly IndexEntry[] | undefined> {
  if (hasReferrersApi(registry) === false) return undefined
  const { path, pull } = locateRepository(registry.url, repository)
  const entries: IndexEntry[] = []
  const visited = new Set<string>()
  for (let query: string | undefined = ''; query !== undefined; ) {
    visited.add(query)
    const url = new URL(`${path}referrers/${subject}`, registry.url)
    url.search = query
    const request = {
      act: `list the referrers of ${subject} in "${repository}"`,
      method: 'GET',
      url,
      scopes: pull,
      accept: () => MEDIA_TYPES.ociIndex,
      cache: 'revalidated',
      allow: query === '' ? NO_API : [],
      // A page that gets no answer here asks only as often as the handle says.
      patience: undefined,
      signal,
    } as const
    const answer = await registry.send(request).catch((error) => {
      if (query === '' && error instanceof NetworkError && isUnexplained(error)) return undefined
      throw error
    })
    if (!answer) return undefined
    if (answer.status >= 300 || (query === '' && isHtml(answer.headers))) {
      releaseBody(answer.body)
      return undefined
    }
    const bytes = await readUnlessPage(answer, MAX_PAGE)
    onPage(bytes)
    const list = parseManifest(bytes, `the referrers of ${subject}`, MEDIA_TYPES.ociIndex)
    if (isIndex(list)) entries.push(...list.manifests)
    query = nextQuery(answer.headers.get('link'))
    if (visited.size === MAX_PAGES) throw unexpectedAnswer(answer, `there are more than ${MAX_PAGES} pages`)
    if (query !== undefined && visited.has(query)) throw unexpectedAnswer(answer, 'its pages go in a circle')
  }
  rememberReferrersApi(registry, true)
  return entries
}

/** Tells whether there was no answer, for a reason that the runtime keeps to itself, as a browser does (CORS). */
function isUnexplained({ code, cause }: NetworkError): boolean {
  return (code === 'NO_ANSWER' || code === 'PREFLIGHT_REFUSED') && codeOf(cause) === undefined
}
