import { createPortableHasher } from '../hash/sha256.ts'
import type { LayerReading } from './layer-bytes.ts'
import { withDefaultLimits } from './layer-limits.ts'
import type { LayerFilesOptions } from './layer-options.ts'

/**
 * Prepares to read layers.
 *
 * @param sizes The sizes of the layers in bytes. They are read in this order.
 * @returns how each layer is read
 */
export function readingOf(options: LayerFilesOptions, sizes: readonly number[]): readonly LayerReading[] {
  const { signal, onProgress, runtime: { createHasher = createPortableHasher } = {} } = options
  const limits = withDefaultLimits(options.limits)
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0)
  let before = 0
  return sizes.map((size) => {
    const start = before
    before += size
    const onRead = onProgress && ((bytes: number) => onProgress({ readBytes: start + bytes, totalBytes }))
    return { limits, createHasher, signal, onRead }
  })
}
