import { loaded } from '../async/lazy.ts'
import { positive } from '../check-options.ts'
import type { Control } from '../control/controller.ts'
import type { ProgressTracker } from '../control/push-progress.ts'
import { createParallelHasher } from '../hash/sha256.ts'
import type { HashWorkers } from '../hash/worker-pool.ts'
import { openHashWorkers } from '../hash/workers.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Registry } from '../registry/registry.ts'
import { uploadBlob } from '../registry/upload/upload.ts'
import { DEFAULT_CHUNK_SIZE, type UploadOptions } from '../registry/upload/upload-options.ts'
import { toReadable } from '../source/stream.ts'
import type { ControlledRegistry } from './controlled-registry.ts'
import type { Link } from './link.ts'
import type { PlannedBlob } from './plan/plan.ts'
import { type PushOptions, patienceOf } from './push-options.ts'
import type { RegistryTrust } from './when-needed.ts'

/** In bytes: so small a blob takes its requests' way there and back, and next to no time of the wire and no memory. */
const SMALL_BLOB = 1024 * 1024
/** A small blob takes 3/16 of a place: 32 run where 6 large ones would. */
const SMALL_WEIGHT = 3 / 16

/** Sends the blobs of one push to a registry. */
export interface Uploader {
  readonly registry: Registry
  readonly progress: ProgressTracker
  readonly link: Link
  readonly upload: SharedUploadOptions
}

interface SharedUploadOptions extends Omit<UploadOptions, 'mountFrom' | 'onSent' | 'signal'> {
  readonly trust?: RegistryTrust | undefined
}

/**
 * Opens an uploader, and closes it after its use.
 *
 * @throws {RangeError} if a number is out of range
 * @throws {TypeError} if `hashing` is another word
 */
export async function withUploader<T>(
  { registry, rateLimit, link, sessions }: ControlledRegistry,
  progress: ProgressTracker,
  options: PushOptions,
  use: (uploader: Uploader) => Promise<T>,
): Promise<T> {
  const workers = openHashWorkers(options.runtime?.hashWorkers)
  try {
    const { hashing = 'always', signal } = options
    // Loaded before the first byte is sent, so that the push cannot fail for it afterwards.
    const trusting = hashing === 'always' ? undefined : await loaded(import('./when-needed.ts'), signal)
    const upload = {
      ...uploadOptionsOf(options, workers),
      trust: trusting?.trustRegistry(options),
      ...(options.chunkSize === undefined && { link }),
      rateLimit,
      sessions,
      onEvent: progress.after(options.onEvent),
    }
    return await use({ registry, progress, link, upload })
  } finally {
    workers.close()
  }
}

function uploadOptionsOf(options: PushOptions, workers: HashWorkers): SharedUploadOptions {
  const { runtime = {} } = options
  const { createHasher = (state) => createParallelHasher(workers, state) } = runtime
  const { createBody = (bytes) => new Blob([bytes]) } = runtime
  const { createStreamBody = (stream) => new Response(toReadable(stream)).blob() } = runtime
  // Bodies of the caller's own are used, and may be kept in memory.
  const { streamsChunks = !runtime.createBody && !runtime.createStreamBody } = runtime
  const { retry, retryDelay } = patienceOf(options)
  return {
    chunkSize: positive('chunkSize', options.chunkSize ?? DEFAULT_CHUNK_SIZE),
    uploadRetry: retry,
    uploadRetryDelay: retryDelay,
    createHasher,
    createBody,
    createStreamBody,
    streamsChunks,
    reusesPieces: runtime.reusesPieces,
    slicesChunks: streamsChunks && !runtime.createStreamBody,
  }
}

/**
 * Sends one blob: mounts it if that is planned and works, else uploads it. Returns which of these it did.
 *
 * @param index Its place in the progress.
 */
export async function sendBlob(
  content: Content,
  index: number,
  { repository, mountFrom }: Pick<PlannedBlob, 'repository' | 'mountFrom'>,
  { registry, progress, link, upload }: Uploader,
  signal: AbortSignal,
): Promise<'mounted' | 'uploaded' | 'present'> {
  const onSent = (sentBytes: number) => progress.blob(index, 'uploading', sentBytes)
  onSent(0)
  const leave = link.join(content.size)
  try {
    const outcome = await uploadBlob(registry, repository, content, { ...upload, mountFrom, onSent, signal })
    if (outcome === 'uploaded')
      await upload.trust?.readBack?.(registry, repository, content, upload.createHasher, signal)
    progress.blob(index, outcome, content.size)
    return outcome
  } finally {
    leave()
  }
}

/** How much a blob takes of a push's concurrency. */
export function weigh({ size }: { readonly size: number }, control: Control): number {
  return control.isConcurrencyChosen() || size > SMALL_BLOB ? 1 : SMALL_WEIGHT
}
