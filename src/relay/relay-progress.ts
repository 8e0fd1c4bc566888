import { type BlobState, type ProgressTracker, type PushProgress, trackProgress } from '../control/push-progress.ts'
import type { Digest } from '../oci/digest.ts'

type TrackedBlob = Parameters<ProgressTracker['track']>[0][number]

/** Keeps count of a relay, whose blobs show one after the other. */
export interface RelayProgress {
  /** The same count as a push has it. Blobs that the stream has brought stay in it when the rest is planned. */
  readonly tracker: ProgressTracker
  /** Adds a blob that begins to come. Returns its index. */
  begin(blob: TrackedBlob): number
  /** A blob is there. */
  end(index: number, digest: Digest, state: BlobState): void
  /** All of the stream was read: from now on the total is known. */
  endStream(): void
}

/** While the stream is read, nobody knows how much comes: `totalBytes` grows, and there is no `remainingSeconds`. */
export function trackRelay(
  onProgress: ((progress: PushProgress) => void) | undefined,
  measure: Parameters<typeof trackProgress>[1],
): RelayProgress {
  const relayed: TrackedBlob[] = []
  let isStreaming = true
  const tell = (progress: PushProgress) =>
    onProgress?.(isStreaming ? { ...progress, remainingSeconds: undefined } : progress)
  const tracker = trackProgress(tell, measure)
  return {
    tracker: {
      ...tracker,
      track(blobs) {
        const digests = new Set(blobs.map(({ digest }) => digest))
        tracker.track([...blobs, ...relayed.filter(({ digest }) => !digests.has(digest))])
      },
    },
    begin(blob) {
      relayed.push(blob)
      tracker.track(relayed)
      return relayed.length - 1
    },
    end(index, digest, state) {
      const blob = { ...(relayed[index] as TrackedBlob), digest, state }
      relayed[index] = blob
      tracker.replace(index, blob)
    },
    endStream() {
      isStreaming = false
    },
  }
}
