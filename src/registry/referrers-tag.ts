import { delay } from '../async/delay.ts'
import { createSemaphore, fixed, type Semaphore } from '../async/semaphore.ts'
import { RegistryError } from '../errors.ts'
import { createWasmHasher } from '../hash/sha256.ts'
import { delayBefore } from '../http/retry-after.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { referrersTag } from '../oci/referrer-tag.ts'
import { toSource } from '../source/from.ts'
import { manifestAt, putManifest } from './manifests.ts'
import { findManifest } from './read-manifest.ts'
import type { Registry } from './registry.ts'

/** Referrers to list. */
interface Listing {
  readonly repository: string
  readonly subject: Digest
  readonly entries: readonly IndexEntry[]
}

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
 */
export async function addToReferrersTag(registry: Registry, listing: Listing, signal?: AbortSignal): Promise<void> {
  const key = `${registry.url}${listing.repository}@${listing.subject}`
  const turn = turns.get(key) ?? { take: createSemaphore(fixed(1)), writers: 0 }
  turns.set(key, turn)
  turn.writers++
  try {
    const release = await turn.take(signal)
    await merge(registry, listing, signal).finally(release)
  } finally {
    if (--turn.writers === 0) turns.delete(key)
  }
}

async function merge(
  registry: Registry,
  { repository, subject, entries }: Listing,
  signal: AbortSignal | undefined,
): Promise<void> {
  const tag = referrersTag(subject)
  for (let tries = 0; ; tries++) {
    const found = await findManifest(manifestAt(registry, repository, tag), signal)
    const list = found && isIndex(found.manifest) ? found.manifest : undefined
    const listed = list?.manifests ?? []
    const missing = entries.filter(({ digest }) => !listed.some((entry) => entry.digest === digest))
    if (missing.length === 0) return
    if (tries === TRIES) throw overwritten(repository, tag)
    if (tries > 0) await delay(delayBefore(tries, DELAY), signal)
    const mediaType = MEDIA_TYPES.ociIndex
    const index = { schemaVersion: 2, ...list, mediaType, manifests: [...listed, ...missing] }
    const bytes = new TextEncoder().encode(JSON.stringify(index))
    const digest = await digestOf(bytes, createWasmHasher)
    const content = { mediaType, digest, size: bytes.length, source: toSource(bytes) }
    await putManifest(registry, { repository, content }, tag, signal)
  }
}

function overwritten(repository: string, tag: string): RegistryError {
  return new RegistryError(
    'CONTENT_LOST',
    `Cannot list referrers under the tag ${tag} of "${repository}": other clients keep overwriting it`,
    { remedy: 'push again when they are done' },
  )
}
