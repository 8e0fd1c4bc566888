import { artifactTypeOf } from '../oci/artifact.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { IndexEntry } from '../oci/manifest.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { hasReferrersApi, listByReferrersApi, rememberReferrersApi } from '../registry/referrers-api.ts'
import { addToReferrersTag } from '../registry/referrers-tag.ts'
import type { Registry } from '../registry/registry.ts'
import { readAll } from '../source/source.ts'
import type { PlannedManifest } from './plan/plan.ts'

/** The referrers of one manifest that a push has put. */
interface PushedReferrers {
  readonly repository: string
  readonly subject: Digest
  readonly entries: IndexEntry[]
}

/**
 * Makes the registry list the referrers of a push. A registry with the referrers API does so itself. Elsewhere they are
 * added to the tag that replaces it (distribution-spec § Pushing Manifests with Subject). Whether a registry has the
 * API is asked once a handle.
 *
 * @param unlisted The manifests that the registry has not said it lists.
 */
export async function listPushedReferrers(
  registry: Registry,
  unlisted: readonly PlannedManifest[],
  contents: ReadonlyMap<Digest, Content>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { repository, subject, entries } of await groupBySubject(unlisted, contents, signal)) {
    if (hasReferrersApi(registry)) return
    // Registries may not say in their answers that they have the API, and pages may not read it there.
    const listed = await listByReferrersApi({ registry, repository, subject }, () => {}, signal)
    const missing = entries.filter(({ digest }) => !listed?.some((entry) => entry.digest === digest))
    if (missing.length > 0) await addToReferrersTag(registry, { repository, subject, entries: missing }, signal)
    if (!listed) rememberReferrersApi(registry, false)
  }
}

async function groupBySubject(
  manifests: readonly PlannedManifest[],
  contents: ReadonlyMap<Digest, Content>,
  signal: AbortSignal | undefined,
): Promise<Iterable<PushedReferrers>> {
  const groups = new Map<string, PushedReferrers>()
  for (const { repository, digest, subject } of manifests) {
    const content = contents.get(digest)
    const entry = subject && content && (await describe(content, subject, signal))
    if (!entry) continue
    const key = `${repository}@${subject}`
    const group = groups.get(key) ?? { repository, subject, entries: [] }
    group.entries.push(entry)
    groups.set(key, group)
  }
  return groups.values()
}

/** Describes a referrer as an entry of a list. A referrer that only a tag of cosign names is in no list. */
async function describe(
  { mediaType, digest, size, source }: Content,
  subject: Digest,
  signal: AbortSignal | undefined,
): Promise<IndexEntry | undefined> {
  const manifest = parseManifest(await readAll(source, signal), digest)
  if (!('subject' in manifest) || manifest.subject?.digest !== subject) return undefined
  const artifactType = artifactTypeOf(manifest)
  const { annotations } = manifest
  return { mediaType, digest, size, ...(artifactType && { artifactType }), ...(annotations && { annotations }) }
}
