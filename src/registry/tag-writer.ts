import { verifyStatedDigest } from '../http/answer.ts'
import { parseTag } from '../oci/reference.ts'
import { type ManifestPut, manifestAt, putManifest, sendManifest } from './manifests.ts'
import type { Registry } from './registry.ts'

/** As many as any registry that takes several tags in one request takes (distribution-spec § Pushing Manifests). */
const TAGS_AT_ONCE = 10
/** Statuses of registries that do not know tags in the query, or find it too long. */
const TAGS_REFUSED = [400, 404, 405, 414, 431]

/**
 * Makes a function that puts a manifest under tags, several in one request where the registry takes them so. It
 * remembers whether the registry does. `done` gets each tag that is set.
 */
export function createTagWriter(registry: Registry, signal?: AbortSignal) {
  let setsSeveral = true
  return async (manifest: ManifestPut, tags: readonly string[], done = new Set<string>()): Promise<void> => {
    for (let from = 0; setsSeveral && tags.length > 1 && from < tags.length; from += TAGS_AT_ONCE) {
      const confirmed = await putSeveral(registry, manifest, tags.slice(from, from + TAGS_AT_ONCE), signal)
      for (const tag of confirmed) done.add(tag)
      // A registry that does not take them is asked once.
      setsSeveral = confirmed.length > 0
    }
    for (const tag of tags) {
      if (!done.has(tag)) await putManifest(registry, manifest, tag, signal)
      done.add(tag)
    }
  }
}

/**
 * Puts a manifest under several tags in one request (distribution-spec § Pushing Manifests, `?tag=`).
 *
 * @returns the tags that the registry says it has set: of registries that do not know how, none
 */
async function putSeveral(
  registry: Registry,
  { repository, content }: ManifestPut,
  tags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const query = tags.map((tag) => `tag=${encodeURIComponent(parseTag(tag))}`).join('&')
  const url = `${manifestAt(registry, repository, content.digest).url}?${query}`
  const answer = await sendManifest(registry, { repository, content }, tags.join(', '), {
    url,
    signal,
    allow: TAGS_REFUSED,
  })
  if (answer.status >= 300) return []
  verifyStatedDigest(answer, content.digest)
  const set = (answer.headers.get('oci-tag') ?? '').split(',').map((tag) => tag.trim())
  return tags.filter((tag) => set.includes(tag))
}
