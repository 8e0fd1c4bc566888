import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { isForeignLayerType } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { toSource } from '../source/from.ts'
import type { DeletedContent } from './delete-plan.ts'
import { groupByDepth } from './group-by-depth.ts'
import { readKept } from './kept-manifests.ts'

/** A manifest to restore. */
interface RestoredManifest extends Content {
  /** The blobs and manifests that it needs. */
  readonly needs: readonly Descriptor[]
  /** The entries, if it is an index. */
  readonly entries: readonly IndexEntry[] | undefined
}

export type RestoredManifests = ReadonlyMap<Digest, RestoredManifest>

/** Reads the manifests of an undo, by their digests. */
export async function readRestored(undo: DeletedContent): Promise<RestoredManifests> {
  const kept = await readKept(undo, 'undo the delete')
  const restored = new Map<Digest, RestoredManifest>()
  for (const manifest of undo.manifests) {
    const bytes = kept.get(manifest.digest) as Uint8Array<ArrayBuffer>
    const parsed = parseManifest(bytes, `the manifest ${manifest.digest} of the undo`)
    const entries = isIndex(parsed) ? parsed.manifests : undefined
    const needs = isIndex(parsed) ? parsed.manifests : [parsed.config, ...parsed.layers]
    restored.set(manifest.digest, {
      ...descriptorOf(manifest),
      ...{ source: toSource(bytes), entries },
      needs: needs.filter(({ mediaType }) => !isForeignLayerType(mediaType)),
    })
  }
  return restored
}

/** Groups manifests: those that an index lists are in a group before it. */
export function childrenFirst(manifests: RestoredManifests): ReadonlyArray<readonly Digest[]> {
  const depths = new Map<Digest, number>()
  const depthOf = (digest: Digest): number => {
    const known = depths.get(digest)
    if (known !== undefined) return known
    const children = manifests.get(digest)?.needs.filter((need) => manifests.has(need.digest)) ?? []
    const depth = Math.max(0, ...children.map((child) => depthOf(child.digest) + 1))
    depths.set(digest, depth)
    return depth
  }
  return groupByDepth(manifests.keys(), depthOf)
}
