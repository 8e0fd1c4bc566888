import { type BlobInfo, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { createCompressionCount } from './compression-count.ts'
import { estimate } from './estimate.ts'
import type { BlobKind } from './push-progress.ts'
import type { Throughput } from './throughput.ts'

/** The progress of one blob that is written. */
export interface WrittenBlob extends BlobInfo {
  readonly kind: BlobKind
  /** `present` blobs were in the folder before. */
  readonly state: 'waiting' | 'writing' | 'present' | 'written'
  /** `size` at the end. */
  readonly writtenBytes: number
}

/** The progress of a tar or a folder that is written. Each event has a new snapshot. */
export interface WriteProgress {
  /** `compress`: layers are compressed or decompressed before they are written. */
  readonly phase: 'compress' | 'write' | 'done'
  /** Bytes of blobs, written now or in the folder before: `totalBytes` at the end. */
  readonly writtenBytes: number
  /** Bytes of all blobs. A tar has a few more, for its headers. */
  readonly totalBytes: number
  /**
   * Bytes written per second, over the last ten seconds. The time of a pause does not count. 0 until 128 KiB or a tenth
   * of all bytes are written.
   */
  readonly bytesPerSecond: number
  /** The time until everything is written, at that speed. `undefined` while `bytesPerSecond` is 0. */
  readonly remainingSeconds: number | undefined
  /** While layers are compressed or decompressed: the bytes of these layers, read and in all. */
  readonly compression?: { readonly doneBytes: number; readonly totalBytes: number }
  readonly blobs: readonly WrittenBlob[]
}

/** A blob to track. */
type TrackedBlob = Descriptor & Pick<WrittenBlob, 'kind'>

/** Tracks the progress of what is written. */
export interface WriteTracker {
  /** Sets the blobs to write, each once. None of their bytes count as written. */
  track(blobs: readonly TrackedBlob[]): void
  /** @param layers What will be compressed in it, as far as that is known. */
  phase(phase: WriteProgress['phase'], layers?: readonly Descriptor[]): void
  /** Counts what is read of a layer to compress it. */
  compress(layer: Descriptor, bytes: number): void
  /** Counts a blob that the folder has already. */
  present(digest: Digest): void
  /** Counts bytes of a blob that were written. */
  wrote(digest: Digest, bytes: number): void
}

/** In milliseconds: the least time between two snapshots that differ only in bytes. A page needs no more. */
const INTERVAL = 50

/** Tracks one tar or folder, from its first phase to its last. Calls `onProgress` with the changes. */
export function trackWriting(
  onProgress: ((progress: WriteProgress) => void) | undefined,
  throughput: Throughput,
): WriteTracker {
  let phase: WriteProgress['phase'] = 'write'
  let blobs = new Map<Digest, WrittenBlob>()
  let [totalBytes, writtenBytes] = [0, 0]
  let told = Number.NEGATIVE_INFINITY
  const compression = createCompressionCount()

  function tell(): void {
    told = performance.now()
    const estimated = estimate(totalBytes - writtenBytes, throughput.measure())
    onProgress?.({
      ...{ phase, writtenBytes, totalBytes, ...estimated, ...compression.snapshot() },
      blobs: [...blobs.values()],
    })
  }

  function tellSometimes(): void {
    if (performance.now() - told >= INTERVAL) tell()
  }

  function set(blob: WrittenBlob): void {
    const before = blobs.get(blob.digest)
    writtenBytes += blob.writtenBytes - (before?.writtenBytes ?? 0)
    blobs.set(blob.digest, blob)
    if (blob.state === before?.state) tellSometimes()
    else tell()
  }

  return {
    track(tracked) {
      blobs = new Map(tracked.map(({ kind, ...blob }) => [blob.digest, atStart(descriptorOf(blob), kind)]))
      totalBytes = tracked.reduce((sum, { size }) => sum + size, 0)
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
    present(digest) {
      const blob = blobs.get(digest)
      if (blob) set({ ...blob, state: 'present', writtenBytes: blob.size })
    },
    wrote(digest, bytes) {
      throughput.add(bytes)
      const blob = blobs.get(digest)
      if (!blob) return
      const written = Math.min(blob.writtenBytes + bytes, blob.size)
      set({ ...blob, state: written === blob.size ? 'written' : 'writing', writtenBytes: written })
    },
  }
}

/** Nothing is written of an empty blob, so it is there from the start. */
function atStart(blob: Descriptor, kind: BlobKind): WrittenBlob {
  return { ...blob, kind, state: blob.size === 0 ? 'written' : 'waiting', writtenBytes: 0 }
}
