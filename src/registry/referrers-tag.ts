import { delay } from '../async/delay.ts'
import { createSemaphore, fixed, type Semaphore } from '../async/semaphore.ts'
import { RegistryError, ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { delayBefore } from '../http/retry-after.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { referrersTag } from '../oci/referrer-tag.ts'
import { toSource } from '../source/from.ts'
import { manifestAt, putManifest } from './manifests.ts'
import { findManifest, type ManifestInfo } from './read-manifest.ts'
import type { Registry } from './registry.ts'

/** The list of the referrers of one manifest. */
interface Place {
  readonly repository: string
  readonly subject: Digest
}

/** Referrers to list. */
interface Listing extends Place {
  readonly entries: readonly IndexEntry[]
}

/** Changes the entries of a list. Returns `undefined` if there is nothing to change. */
type ChangeEntries = (listed: readonly IndexEntry[]) => readonly IndexEntry[] | undefined

/** How often a list is written, and the longest wait before the second time in milliseconds. */
const [TRIES, DELAY] = [6, 200]

/** Writers of one tag in this process take turns: a registry lets the last one win. */
const turns = new Map<string, { readonly take: Semaphore; writers: number }>()

/**
 * Adds referrers to the list under the tag of their subject (distribution-spec § Referrers Tag Schema). Registries have
 * no compare-and-swap for tags, so it reads the list again after it has written it, and adds what another client has
 * overwritten. Two machines at once may still lose an entry.
 *
 * @throws {RegistryError} if other clients keep overwriting the list
 * @throws {ValidationError} if the tag has no list
 */
export function addToReferrersTag(registry: Registry, listing: Listing, signal?: AbortSignal): Promise<void> {
  return changeList(registry, listing, signal, (listed) => {
    const missing = listing.entries.filter(({ digest }) => !listed.some((entry) => entry.digest === digest))
    return missing.length > 0 ? [...listed, ...missing] : undefined
  })
}

/**
 * Removes a referrer that was deleted from the list under the tag of its subject (distribution-spec § Deleting
 * Manifests), if there is such a list. The list stays when it is empty.
 *
 * @param referrer The digest of the manifest that was deleted.
 * @throws {RegistryError} if other clients keep overwriting the list
 */
export function removeFromReferrersTag(
  registry: Registry,
  { referrer, ...place }: Place & { readonly referrer: Digest },
  signal?: AbortSignal,
): Promise<void> {
  return changeList(registry, place, signal, (listed) => {
    const rest = listed.filter(({ digest }) => digest !== referrer)
    return rest.length < listed.length ? rest : undefined
  })
}

async function changeList(
  registry: Registry,
  place: Place,
  signal: AbortSignal | undefined,
  change: ChangeEntries,
): Promise<void> {
  const key = `${registry.url}${place.repository}@${place.subject}`
  const turn = turns.get(key) ?? { take: createSemaphore(fixed(1)), writers: 0 }
  turns.set(key, turn)
  turn.writers++
  try {
    const release = await turn.take(signal)
    await rewrite(registry, place, signal, change).finally(release)
  } finally {
    if (--turn.writers === 0) turns.delete(key)
  }
}

async function rewrite(
  registry: Registry,
  { repository, subject }: Place,
  signal: AbortSignal | undefined,
  change: ChangeEntries,
): Promise<void> {
  const tag = referrersTag(subject)
  for (let tries = 0; ; tries++) {
    const found = await findManifest(manifestAt(registry, repository, tag), signal)
    const list = found && isIndex(found.manifest) ? found.manifest : undefined
    const manifests = change(list?.manifests ?? [])
    if (!manifests) return
    if (found && !list) throw notList(repository, tag, found)
    if (tries === TRIES) throw overwritten(repository, tag)
    if (tries > 0) await delay(delayBefore(tries, DELAY), signal)
    const mediaType = MEDIA_TYPES.ociIndex
    const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, ...list, mediaType, manifests }))
    const digest = await digestOf(bytes, createPortableHasher)
    const content = { mediaType, digest, size: bytes.length, source: toSource(bytes) }
    await putManifest(registry, { repository, content }, tag, signal)
  }
}

/** To replace it would lose the image that somebody has under this tag (distribution-spec § Referrers Tag Schema). */
function notList(repository: string, tag: string, { mediaType }: ManifestInfo): ValidationError {
  return new ValidationError(
    'IMAGE_INVALID',
    `Cannot change the list of referrers under the tag ${tag} of "${repository}": the tag has no list, but ${mediaType}`,
    { remedy: 'add another tag to its manifest, delete this tag, and try again', input: tag },
  )
}

function overwritten(repository: string, tag: string): RegistryError {
  return new RegistryError(
    'CONTENT_LOST',
    `Cannot change the list of referrers under the tag ${tag} of "${repository}": other clients keep overwriting it`,
    { remedy: 'try again when they are done' },
  )
}
