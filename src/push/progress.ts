import { type BlobInfo, descriptorOf } from '../oci/descriptor.ts'
import type { PushPlan } from './plan.ts'

/** How far one blob is. */
export interface BlobProgress extends BlobInfo {
  readonly repository: string
  readonly kind: 'config' | 'layer'
  /** `present` and `mounted` blobs cost no bytes. */
  readonly state: 'waiting' | 'uploading' | 'present' | 'mounted' | 'uploaded'
  /** Bytes that the registry has, sent now or there before: `size` at the end. */
  readonly sentBytes: number
}

/** How far a push is. Every event is a snapshot of its own. */
export interface PushProgress {
  readonly phase: 'blobs' | 'manifests' | 'done'
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

export function trackProgress(
  { blobs: planned, totalBytes }: PushPlan,
  onProgress: ((progress: PushProgress) => void) | undefined,
): ProgressTracker {
  let phase: PushProgress['phase'] = 'blobs'
  let sentBytes = 0
  const blobs: BlobProgress[] = planned.map(({ repository, kind, content }) => ({
    ...descriptorOf(content),
    repository,
    kind,
    state: 'waiting',
    sentBytes: 0,
  }))
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
