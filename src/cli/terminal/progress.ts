import type {
  DeleteProgress,
  LayerProgress,
  OpenProgress,
  PushProgress,
  ReadProgress,
  WriteProgress,
} from '../../node/index.ts'

/** Any progress that a function of the SDK reports. */
export type SdkProgress = PushProgress | WriteProgress | OpenProgress | ReadProgress | LayerProgress | DeleteProgress

/** Progress as it is shown. */
export interface Progress {
  /** The step that is under way, as the SDK names it: `blobs`. */
  readonly phase: string
  /** The step in a word for people: `pushing`. */
  readonly label: string
  readonly unit: 'bytes' | 'items'
  readonly done: number
  /** `undefined` if nobody knows it, as of a stream. */
  readonly total: number | undefined
  /** 0 until it is known. */
  readonly bytesPerSecond: number
  readonly remainingSeconds: number | undefined
  readonly blobs: readonly BlobState[]
}

/** The progress of one blob. */
interface BlobState {
  readonly digest: string
  readonly state: 'waiting' | 'active' | 'done'
  readonly doneBytes: number
  readonly size: number
}

/** The words for the steps of the SDK. A step that is not here is its own word. */
const LABELS: Readonly<Record<string, string>> = {
  compress: 'compressing',
  plan: 'comparing',
  blobs: 'pushing',
  manifests: 'manifests',
  verify: 'verifying',
  write: 'writing',
  spool: 'reading',
  hash: 'hashing',
  read: 'reading',
  layer: 'packing',
  delete: 'deleting',
}

/**
 * Returns a function that turns progress of any shape into the one that is shown. It measures the speed where the SDK
 * does not. Use one for a command.
 */
export function createProgressReader(now: () => number = () => performance.now()): (progress: SdkProgress) => Progress {
  let begin: { readonly phase: string; readonly time: number; readonly bytes: number } | undefined
  return (progress) => {
    const read = readProgress(progress)
    if (read.unit === 'items' || 'bytesPerSecond' in progress) return read
    const { phase, done, total } = read
    // A smaller count is the next layer.
    if (begin?.phase !== phase || done < begin.bytes) begin = { phase, time: now(), bytes: done }
    const seconds = (now() - begin.time) / 1000
    const bytesPerSecond = seconds >= 1 ? (done - begin.bytes) / seconds : 0
    const remainingSeconds = total !== undefined && bytesPerSecond > 0 ? (total - done) / bytesPerSecond : undefined
    return { ...read, bytesPerSecond, remainingSeconds }
  }
}

function readProgress(progress: SdkProgress): Progress {
  if ('sentBytes' in progress) return ofBlobs(progress, progress.sentBytes, progress.blobs, 'sentBytes')
  if ('writtenBytes' in progress) return ofBlobs(progress, progress.writtenBytes, progress.blobs, 'writtenBytes')
  if ('readBytes' in progress) return ofBytes('read', progress.readBytes, progress.totalBytes)
  if ('done' in progress) {
    const { phase, done, total } = progress
    return { phase, label: labelOf(phase), unit: 'items', done, total, ...UNMEASURED, blobs: [] }
  }
  return ofBytes('phase' in progress ? progress.phase : 'layer', progress.doneBytes, progress.totalBytes)
}

const UNMEASURED = { bytesPerSecond: 0, remainingSeconds: undefined }

function labelOf(phase: string): string {
  return LABELS[phase] ?? phase
}

function ofBytes(phase: string, done: number, total: number | undefined): Progress {
  return { phase, label: labelOf(phase), unit: 'bytes', done, total, ...UNMEASURED, blobs: [] }
}

/** While layers are compressed, the bytes that are read of them count: nobody knows yet how many are sent. */
function ofBlobs<Key extends string>(
  { phase, totalBytes, bytesPerSecond, remainingSeconds, compression }: PushProgress | WriteProgress,
  doneBytes: number,
  blobs: ReadonlyArray<{ digest: string; state: string; size: number } & Readonly<Record<Key, number>>>,
  key: Key,
): Progress {
  const [done, total] =
    phase === 'compress' && compression ? [compression.doneBytes, compression.totalBytes] : [doneBytes, totalBytes]
  return {
    ...{ phase, label: labelOf(phase), unit: 'bytes', done, total, bytesPerSecond, remainingSeconds },
    blobs: blobs.map(({ digest, state, size, [key]: bytes }) => ({
      ...{ digest, size, doneBytes: bytes },
      state: state === 'waiting' ? state : state === 'uploading' || state === 'writing' ? 'active' : 'done',
    })),
  }
}
