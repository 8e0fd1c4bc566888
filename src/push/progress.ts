import { type BlobInfo, descriptorOf } from '../oci/descriptor.ts'
import type { BlobKind } from './layout.ts'

/** How far one blob is. */
export interface BlobProgress extends BlobInfo {
  readonly repository: string
  readonly kind: BlobKind
  /** `present` and `mounted` blobs cost no bytes. */
  readonly state: 'waiting' | 'uploading' | 'present' | 'mounted' | 'uploaded'
  /** Bytes that the registry has, sent now or there before: `size` at the end. */
  readonly sentBytes: number
}

/** How far a push is. Every event is a snapshot of its own. */
export interface PushProgress {
  /** `plan`: what the registry has is looked for; `verify`: what was pushed is. */
  readonly phase: 'plan' | 'blobs' | 'manifests' | 'verify' | 'done'
  /** Bytes that the registry has, sent now or there before: `totalBytes` at the end. */
  readonly sentBytes: number
  readonly totalBytes: number
  readonly blobs: readonly BlobProgress[]
}

/** Keeps count of a push, and tells it. */
export interface ProgressTracker {
  phase(phase: PushProgress['phase']): void
  /** @param index The blob's place in the plan. */
  blob(index: number, state: BlobProgress['state'], sentBytes: number): void
}

/** A blob to keep count of. */
interface TrackedBlob extends BlobInfo {
  readonly repository: string
  readonly kind: BlobKind
  /** What is known of it before; a blob that is not `present` is waiting. */
  readonly action?: string
}

export function trackProgress(
  planned: readonly TrackedBlob[],
  onProgress: ((progress: PushProgress) => void) | undefined,
): ProgressTracker {
  let phase: PushProgress['phase'] = 'plan'
  const blobs: BlobProgress[] = planned.map(({ repository, kind, action, ...blob }) => ({
    ...descriptorOf(blob),
    repository,
    kind,
    ...(action === 'present' ? { state: 'present', sentBytes: blob.size } : { state: 'waiting', sentBytes: 0 }),
  }))
  const totalBytes = blobs.reduce((sum, { size }) => sum + size, 0)
  let sentBytes = blobs.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  const tell = () => onProgress?.({ phase, sentBytes, totalBytes, blobs: [...blobs] })
  return {
    phase(next) {
      phase = next
      tell()
    },
    blob(index, state, sent) {
      const before = blobs[index] as BlobProgress
      sentBytes += sent - before.sentBytes
      blobs[index] = { ...before, state, sentBytes: sent }
      tell()
    },
  }
}
