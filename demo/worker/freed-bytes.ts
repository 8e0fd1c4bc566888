import {
  type DeletePlan,
  type Descriptor,
  getManifest,
  type Index,
  isIndex,
  type Manifest,
  type Registry,
} from 'registry-api-v2-client'

/** Sizes in bytes by digest: each blob counts once. */
type Sizes = ReadonlyMap<string, number>

/** How many manifests are read at once. */
const CONCURRENCY = 6

export const sumOf = (sizes: Sizes) => [...sizes.values()].reduce((sum, size) => sum + size, 0)

/** The blobs of the images that go whole. */
export function blobsOfGoing({ deletes, manifests }: DeletePlan): Sizes {
  const going = new Set(deletes.filter(({ way }) => way === 'digest').map(({ digest }) => digest))
  const blobs = manifests
    .filter(({ digest }) => going.has(digest))
    .flatMap(({ content }) => blobsOf(JSON.parse(new TextDecoder().decode(fromBase64(content)))))
  return new Map(blobs.map(({ digest, size }) => [digest, size]))
}

/** Sums the blobs that go, without those that an image needs that stays in the repository. */
export async function countFreed(registry: Registry, plan: DeletePlan, signal: AbortSignal): Promise<number> {
  const freed = new Map(blobsOfGoing(plan))
  const going = new Set(plan.deletes.filter(({ way }) => way === 'digest').map(({ digest }) => digest))
  const seen = new Set<string>(going)
  const waiting = plan.stays.map(({ digest }) => digest as string)

  async function readAll(): Promise<void> {
    for (;;) {
      const digest = waiting.pop()
      if (digest === undefined || freed.size === 0) return
      if (seen.has(digest)) continue
      seen.add(digest)
      const { manifest } = await getManifest(registry, plan.repository, digest, { signal })
      if (isIndex(manifest)) waiting.push(...manifest.manifests.map((entry) => entry.digest))
      else for (const blob of blobsOf(manifest)) freed.delete(blob.digest)
    }
  }

  // An index gives more to read, and its reader continues with that.
  await Promise.all(Array.from({ length: CONCURRENCY }, readAll))
  return sumOf(freed)
}

/** The blobs of a manifest. Those of an index belong to its images. */
function blobsOf(manifest: Manifest | Index): readonly Descriptor[] {
  return isIndex(manifest) ? [] : [manifest.config, ...(manifest.layers ?? [])]
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
