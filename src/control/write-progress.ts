import { type BlobInfo, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { createCompressionCount } from './compression-count.ts'
import { estimate } from './estimate.ts'
import type { BlobKind } from './push-progress.ts'
import type { Throughput } from './throughput.ts'

/** How far the writing of one blob is. */
export interface WrittenBlob extends BlobInfo {
  readonly kind: BlobKind
  /** `present` blobs were in the folder before. */
  readonly state: 'waiting' | 'writing' | 'present' | 'written'
  /** `size` at the end. */
  readonly writtenBytes: number
}

/** How far the writing of a tar or a folder is. Every event is a snapshot of its own. */
export interface WriteProgress {
  /** `read`: manifests are read from the registry; `compress`: layers are compressed or decompressed. */
  readonly phase: 'read' | 'compress' | 'write' | 'done'
  /** Bytes of blobs, written now or in the folder before: `totalBytes` at the end. */
  readonly writtenBytes: number
  /** Bytes of all blobs. A tar has a few more, for its headers. */
  readonly totalBytes: number
  /**
   * Bytes written per second, over the last ten seconds. The time of a pause does not count. 0 until 128 KiB or a tenth
   * of all bytes are written.
   */
  readonly bytesPerSecond: number
  /** Until all is written, at that speed. `undefined` while `bytesPerSecond` is 0. */
  readonly remainingSeconds: number | undefined
  /** While layers are compressed or decompressed: the bytes of these layers, read and in all. */
  readonly compression?: { readonly doneBytes: number; readonly totalBytes: number }
  readonly blobs: readonly WrittenBlob[]
}

/** Keeps count of what is written, and tells it. */
export interface WriteTracker {
  /** Sets the blobs to write. Their order gives each its index. */
  track(blobs: ReadonlyArray<Descriptor & { readonly kind: BlobKind }>): void
  /** @param layers What will be compressed in it, as far as that is known. */
  phase(phase: WriteProgress['phase'], layers?: readonly Descriptor[]): void
  /** Counts what is read of a layer to compress it. */
  compress(layer: Descriptor, bytes: number): void
  /** Begins or ends a blob. `written` counts all of it, `present` without its time. */
  blob(index: number, state: WrittenBlob['state']): void
  /** Counts bytes of a blob that were written. */
  wrote(index: number, bytes: number): void
}

/** In milliseconds: the least time between two snapshots that differ only in bytes. Pages show no more. */
const INTERVAL = 50

/** Keeps count of one tar or folder, from its first phase to its last. */
export function trackWriting(
  onProgress: ((progress: WriteProgress) => void) | undefined,
  throughput: Throughput,
): WriteTracker {
  let phase: WriteProgress['phase'] = 'read'
  let blobs: WrittenBlob[] = []
  let [totalBytes, writtenBytes] = [0, 0]
  let told = Number.NEGATIVE_INFINITY
  const compression = createCompressionCount()

  function tell(): void {
    told = performance.now()
    const estimated = estimate(totalBytes - writtenBytes, throughput.measure())
    onProgress?.({ phase, writtenBytes, totalBytes, ...estimated, ...compression.snapshot(), blobs: [...blobs] })
  }

  function tellSometimes(): void {
    if (performance.now() - told >= INTERVAL) tell()
  }

  function set(index: number, state: WrittenBlob['state'], written: number): void {
    const before = blobs[index] as WrittenBlob
    writtenBytes += written - before.writtenBytes
    blobs[index] = { ...before, state, writtenBytes: written }
  }

  return {
    track(tracked) {
      blobs = tracked.map(({ kind, ...blob }) => ({ ...descriptorOf(blob), kind, state: 'waiting', writtenBytes: 0 }))
      totalBytes = blobs.reduce((sum, { size }) => sum + size, 0)
      writtenBytes = 0
    },
    phase(next, layers = []) {
      phase = next
      layers.forEach(compression.expect)
      tell()
    },
    compress(layer, bytes) {
      compression.add(layer, bytes)
      tellSometimes()
    },
    blob(index, state) {
      const { size = 0, writtenBytes = 0 } = blobs[index] ?? {}
      if (state === 'writing') throughput.start()
      set(index, state, state === 'writing' ? writtenBytes : size)
      tell()
    },
    wrote(index, bytes) {
      throughput.add(bytes)
      set(index, 'writing', (blobs[index]?.writtenBytes ?? 0) + bytes)
      tellSometimes()
    },
  }
}
