import { type BlobInfo, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { createCompressionCount } from './compression-count.ts'
import { estimate, type MeasuredSpeed } from './estimate.ts'

/** The kind of a blob. `{ existing: 'upload' }` sends manifests as blobs, too. */
export type BlobKind = 'config' | 'layer' | 'manifest'

export type BlobState = 'waiting' | 'uploading' | 'present' | 'mounted' | 'uploaded'

/**
 * The progress of one blob. In `pushStream`, the digest of a layer is `sha256:` until it is known.
 */
export interface BlobProgress extends BlobInfo {
  readonly repository: string
  readonly kind: BlobKind
  /** `present` and `mounted` blobs cost no bytes. */
  readonly state: BlobState
  /**
   * Bytes that the registry has, sent now or there before: `size` at the end. Less than before only after a `restart`
   * event for the blob.
   */
  readonly sentBytes: number
}

/** The progress of a push. Each event has a new snapshot. */
export interface PushProgress {
  /**
   * `compress`: layers are compressed and uploaded; `plan`: the registry is asked which blobs it has; `verify`: it is
   * asked whether it has everything.
   */
  readonly phase: 'compress' | 'plan' | 'blobs' | 'manifests' | 'verify' | 'done'
  /**
   * Bytes that the registry has, sent now or there before: `totalBytes` at the end. Less than before only after a
   * `restart` event.
   */
  readonly sentBytes: number
  readonly totalBytes: number
  /**
   * Bytes sent per second, over the last ten seconds. What the registry had before does not count, nor does the time of
   * a pause. 0 until the push has sent 128 KiB or a tenth of what it has to send: small blobs take the time of
   * a round trip, whatever the speed.
   */
  readonly bytesPerSecond: number
  /**
   * The time until the registry has all bytes, at that speed, if it has none of the waiting blobs. `undefined` while
   * `bytesPerSecond` is 0, and in `pushStream` until the stream ends.
   */
  readonly remainingSeconds: number | undefined
  /**
   * While layers are compressed: the bytes of plain layers, read and in all. A layer that is not compressed yet is
   * among the `blobs`, and in `totalBytes`, as it is in the archive.
   */
  readonly compression?: { readonly doneBytes: number; readonly totalBytes: number }
  readonly blobs: readonly BlobProgress[]
}

/** Tracks the progress of a push. */
export interface ProgressTracker {
  /** Sets the blobs of the push. Their order gives each its index. */
  track(blobs: readonly TrackedBlob[]): void
  /** @param layers What will be compressed in it, as far as that is known. */
  phase(phase: PushProgress['phase'], layers?: readonly Descriptor[]): void
  /** Counts what is read of a layer to compress it. */
  compress(layer: Descriptor, bytes: number): void
  /** Replaces a plain layer by the compressed one. */
  replace(index: number, compressed: Pick<Descriptor, 'digest' | 'size'>): void
  /** @param index The blob's place in the plan. */
  blob(index: number, state: BlobProgress['state'], sentBytes: number): void
  /**
   * Returns a listener that calls `onEvent`, then resets a blob's bytes on `restart`, the only event that lowers them.
   * It tells the progress again, because the speed falls while a registry is away and no bytes pass.
   */
  after<E extends BlobEvent>(onEvent: ((event: E) => void) | undefined): (event: E) => void
}

/** An event of a blob's upload. */
interface BlobEvent {
  readonly kind: string
  readonly repository: string
  readonly digest: Digest
}

/** A blob to track. */
interface TrackedBlob extends BlobInfo {
  readonly repository: string
  readonly kind: BlobKind
  /** Its state at the start. @default waiting */
  readonly state?: BlobState | undefined
}

/**
 * Tracks one push, from its first phase to its last. Calls `onProgress` with each change.
 *
 * @param measure Measures how fast the push sends. @default it sends nothing
 */
export function trackProgress(
  onProgress: ((progress: PushProgress) => void) | undefined,
  measure: () => MeasuredSpeed = () => ({ sentBytes: 0, bytesPerSecond: 0, underWayBytes: 0 }),
): ProgressTracker {
  let phase: PushProgress['phase'] = 'plan'
  let blobs: BlobProgress[] = []
  let [totalBytes, sentBytes] = [0, 0]
  let compression = createCompressionCount()

  function tell(): void {
    const estimated = estimate(totalBytes - sentBytes, measure())
    onProgress?.({ phase, sentBytes, totalBytes, ...estimated, ...compression.snapshot(), blobs: [...blobs] })
  }

  function set(index: number, state: BlobProgress['state'], sent: number): void {
    const before = blobs[index] as BlobProgress
    sentBytes += sent - before.sentBytes
    blobs[index] = { ...before, state, sentBytes: sent }
  }

  return {
    track(tracked) {
      blobs = tracked.map(({ repository, kind, state = 'waiting', ...blob }) => ({
        ...descriptorOf(blob),
        repository,
        kind,
        state,
        sentBytes: state === 'waiting' ? 0 : blob.size,
      }))
      totalBytes = blobs.reduce((sum, { size }) => sum + size, 0)
      sentBytes = blobs.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
      compression = createCompressionCount()
    },
    phase(next, layers = []) {
      phase = next
      layers.forEach(compression.expect)
      tell()
    },
    compress(layer, bytes) {
      compression.add(layer, bytes)
      tell()
    },
    replace(index, { digest, size }) {
      const before = blobs[index] as BlobProgress
      totalBytes += size - before.size
      blobs[index] = { ...before, digest, size }
    },
    blob(index, state, sent) {
      // A registry may say that it has less than it said before, and still continues the upload.
      set(index, state, Math.max(sent, blobs[index]?.sentBytes ?? 0))
      tell()
    },
    after(onEvent) {
      return (event) => {
        onEvent?.(event)
        const isLost = (blob: BlobProgress) => blob.repository === event.repository && blob.digest === event.digest
        const index = event.kind === 'restart' ? blobs.findIndex(isLost) : -1
        if (index >= 0) set(index, 'uploading', 0)
        tell()
      }
    },
  }
}
