import { type BlobState, type ProgressTracker, type PushProgress, trackProgress } from '../control/push-progress.ts'
import type { Digest } from '../oci/digest.ts'

type TrackedBlob = Parameters<ProgressTracker['track']>[0][number]

/** Tracks a relay, whose blobs become known one after the other. */
export interface RelayProgress {
  /** The tracker of a push. The blobs of the stream stay in it when the rest is planned. */
  readonly tracker: ProgressTracker
  /** Adds a blob whose first bytes were read. Returns its index. */
  begin(blob: TrackedBlob): number
  /** Sets the digest and the last state of a blob. */
  end(index: number, digest: Digest, state: BlobState): void
  /** Ends the stream: from now on the total is known. */
  endStream(): void
}

/** While the stream is read, its size is not known: `totalBytes` grows, and there is no `remainingSeconds`. */
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
