import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'

/** Counts the bytes of the layers that are read to compress them. Each layer counts once. */
interface CompressionCount {
  expect(layer: Descriptor): void
  /** Counts bytes that were read of a layer. */
  add(layer: Descriptor, bytes: number): void
  /** The part of a progress that tells of it. Empty if there are no layers. */
  snapshot(): { readonly compression?: { readonly doneBytes: number; readonly totalBytes: number } }
}

export function createCompressionCount(): CompressionCount {
  const layers = new Set<Digest>()
  let [doneBytes, totalBytes] = [0, 0]

  function expect({ digest, size }: Descriptor): void {
    if (layers.has(digest)) return
    layers.add(digest)
    totalBytes += size
  }

  return {
    expect,
    add(layer, bytes) {
      expect(layer)
      doneBytes += bytes
    },
    snapshot: () => (layers.size > 0 ? { compression: { doneBytes, totalBytes } } : {}),
  }
}
