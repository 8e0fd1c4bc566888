import { publicUrl, ResponseError } from '../errors.ts'
import { releaseBody } from '../source/release.ts'
import { createAnswer, unexpectedAnswer } from './answer.ts'
import { resolveLocation } from './location.ts'
import { redactPath } from './redact.ts'

/** The rules for redirects: where they may lead, and which headers follow. */
interface RedirectRules {
  readonly fetch: (request: Request) => Promise<Response>
  /** The registry's base URL. */
  readonly base: URL
  /** The headers that any origin may see. */
  readonly given: Headers
  /** False if a redirect is the answer. */
  readonly follows: boolean
  readonly act: string
  /** Texts that no error may show. */
  readonly secrets: readonly string[]
}

const MAX_REDIRECTS = 5
const REDIRECTS = [301, 302, 303, 307, 308]

/**
 * Follows the redirects of requests without a body: registries keep their blobs elsewhere. A header for the registry
 * is dropped at the first redirect to another origin, and not sent again (GHSA-vh4v-2xq2-g5cg;
 * go-containerregistry#2349).
 *
 * A web page cannot see where a redirect leads. There the browser follows it, and removes `Authorization`. Other
 * headers of the registry are not sent.
 *
 * @param first The first answer, a redirect or what came of one.
 * @returns the answer, and where it came from
 * @throws {ResponseError} if the redirects do not end, or leave https; or if a registry that was opened by http wants
 *   https
 */
export async function followRedirects(
  request: Request,
  first: Response,
  { fetch, base, given, follows, act, secrets }: RedirectRules,
): Promise<{ readonly response: Response; readonly url: URL }> {
  const { method, signal } = request
  let url = new URL(request.url)
  let isOwn = url.origin === base.origin
  let response = first
  if (response.type === 'opaqueredirect') {
    const headers = new Headers(given)
    const authorization = request.headers.get('authorization')
    if (authorization !== null) headers.set('authorization', authorization)
    response = await fetch(new Request(request, { headers, redirect: 'follow' }))
  }
  const refuse = (fault: string) => {
    releaseBody(response.body)
    const { status, headers } = response
    return unexpectedAnswer(createAnswer({ status, headers, body: null, url, method, act, secrets }), fault)
  }
  const refuseHttp = (to: URL, isFollowed: boolean) => {
    const address = httpsAddress(base, url, to, isFollowed)
    if (!address) return
    releaseBody(response.body)
    const place = redactPath(url, secrets)
    const better = publicUrl(redactPath(new URL(address), secrets)).replace(/\/$/, '')
    throw new ResponseError('HTTPS_REQUIRED', `Cannot ${act}: ${publicUrl(place)} redirects to https`, {
      remedy: `pass "${better}" as the registry's address`,
      method,
      url: place,
      status: response.status,
    })
  }
  for (let count = 1; follows && REDIRECTS.includes(response.status); count++) {
    const { location, fault } = resolveLocation(response.headers.get('location'), url)
    const isFollowed = keepsMeaning(method, response.status)
    if (location) refuseHttp(location, isFollowed)
    if (!isFollowed) break
    if (count > MAX_REDIRECTS) throw refuse('its redirects do not end')
    if (!location) throw refuse(`its redirect ${fault}`)
    releaseBody(response.body)
    isOwn &&= location.origin === base.origin
    const next = isOwn ? request.headers : given
    url = location
    const { credentials, cache } = request
    response = await fetch(new Request(url, { method, headers: next, signal, credentials, cache, redirect: 'manual' }))
  }
  if (!response.redirected) return { response, url }
  // A browser followed the redirects, or a fetch of the user's own did.
  const from = new URL(response.url)
  refuseHttp(from, true)
  return { response, url: from }
}

/**
 * Finds the address to use for a registry that was opened by http and redirects to https. If the redirect can be
 * followed, it has to be one of the API: blobs may be elsewhere.
 *
 * @param from Where the redirect is.
 * @param to Where it leads.
 */
function httpsAddress(base: URL, from: URL, to: URL, isFollowed: boolean): string | undefined {
  if (base.protocol !== 'http:' || from.origin !== base.origin || to.protocol !== 'https:') return undefined
  const path = from.pathname.slice(base.pathname.length)
  const isSamePath = to.pathname.endsWith(`/${path}`)
  const isApi = to.hostname === base.hostname && (isSamePath || to.pathname === '/')
  if (isFollowed && !isApi) return undefined
  // The registry may be below a path there, too.
  return to.origin + (isSamePath ? to.pathname.slice(0, -path.length - 1) : '')
}

/** Of requests that change something only the redirects that keep the method are followed. */
function keepsMeaning(method: string, status: number): boolean {
  return method === 'GET' || method === 'HEAD' || status === 307 || status === 308
}
