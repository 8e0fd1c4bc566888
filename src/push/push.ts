import type { CreateHasher } from '../oci/digest.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { hasBlob } from '../registry/blobs.ts'
import { putManifest } from '../registry/manifests.ts'
import { type Registry, withScopes } from '../registry/registry.ts'
import { locateRepository } from '../registry/repository.ts'
import type { CreateBody, CreateStreamBody, UploadEvent, UploadOptions } from '../registry/upload/options.ts'
import { uploadBlob } from '../registry/upload/upload.ts'
import { toReadable } from '../source/stream.ts'
import { type Controlled, controlOf, type PushController, type PushSettings, withControl } from './control.ts'
import { natural, positive } from './numbers.ts'
import type { PlannedBlob, PushPlan } from './plan.ts'
import { runPool } from './pool.ts'
import { type ProgressTracker, type PushProgress, trackProgress } from './progress.ts'
import { steer } from './steering.ts'

/** How to push. */
export interface PushOptions extends PushSettings {
  /** Called with a snapshot whenever a blob's state changes or a request has brought in a chunk. */
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
  /**
   * Ends the push; it rejects with the signal's reason. Requests under way may end first, within 5 s, so that the
   * open uploads can be cancelled at the registry, which may take as long again where it is silent.
   */
  readonly signal?: AbortSignal | undefined
  /** Steers the push while it runs: `createPushController` makes one, for one push. Its own settings go first. */
  readonly controller?: PushController | undefined
  /** Bytes in one request; each blob under way holds about two chunks in memory. @default 5 MiB, below which Amazon ECR takes none */
  readonly chunkSize?: number | undefined
  /** The SHA-256 to use. @default hash-wasm; in `./node` the runtime's own, which is several times faster */
  readonly createHasher?: CreateHasher | undefined
  /**
   * How bytes become the body of a request.
   * @default in a `Blob`: Chromium sends bare bytes ten times as slowly. In `./node` bare, since a `Blob` is a second copy.
   */
  readonly createBody?: CreateBody | undefined
  /**
   * How a whole blob becomes the body of a request, for registries that take no chunks.
   * @default in a `Blob`, which the browser keeps on the disk. In `./node` as a stream.
   */
  readonly createStreamBody?: CreateStreamBody | undefined
  /** Called when an upload is tried again, begins anew, or learns what the registry takes. */
  readonly onEvent?: ((event: UploadEvent) => void) | undefined
  /** How many failures in a row, without a byte of progress, an upload outlives. @default 5 */
  readonly uploadRetry?: number | undefined
  /** The longest wait after the first failure, in milliseconds; it doubles with each further one, up to 30 s. @default 500 */
  readonly retryDelay?: number | undefined
}

const DEFAULT_CHUNK_SIZE = 5 * 1024 * 1024
const DEFAULT_UPLOAD_RETRY = 5
const DEFAULT_RETRY_DELAY = 500

/**
 * Carries out a plan: all blobs, several at once, then the manifests in their order. No tag moves before everything
 * that it names is in the registry; after a failure or an abort, open upload sessions are cancelled.
 *
 * @throws {DigestMismatchError} if an archive's bytes are not what it says they are
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function executePush(registry: Registry, plan: PushPlan, options: PushOptions = {}): Promise<void> {
  await withControl(options, (options) => carryOut(registry, plan, options))
}

async function carryOut(handle: Registry, plan: PushPlan, options: PushOptions & Controlled): Promise<void> {
  const control = controlOf(options)
  const { registry, pace, speed } = steer(handle, control)
  const chunkSize = positive('chunkSize', options.chunkSize ?? DEFAULT_CHUNK_SIZE)
  const { signal, createHasher = createWasmHasher, createBody = (bytes) => new Blob([bytes]) } = options
  const { createStreamBody = (stream) => new Response(toReadable(stream)).blob(), onProgress } = options
  const uploadRetry = natural('uploadRetry', options.uploadRetry ?? DEFAULT_UPLOAD_RETRY)
  const retryDelay = natural('retryDelay', options.retryDelay ?? DEFAULT_RETRY_DELAY)
  const progress = trackProgress(plan, speed, (snapshot) => {
    onProgress?.(snapshot)
    control.tell(snapshot)
  })
  const onEvent = progress.after(options.onEvent)
  const upload = { chunkSize, pace, createHasher, createBody, createStreamBody, uploadRetry, retryDelay, onEvent }
  const bring = { registry, progress, upload }

  progress.phase('blobs')
  const blobs = [...plan.blobs.entries()]
  for (const isMount of [false, true]) {
    const turn = blobs.filter(([, blob]) => (blob.mountFrom !== undefined) === isMount)
    await runPool(turn, control, signal, ([index, blob], signal) => bringBlob(blob, index, { ...bring, signal }))
  }
  progress.phase('manifests')
  for (const { repository, reference, content } of plan.manifests) {
    await putManifest(registry, repository, reference, content, signal)
  }
  progress.phase('done')
}

interface Bringing {
  readonly registry: Registry
  readonly progress: ProgressTracker
  readonly upload: Omit<UploadOptions, 'mountFrom' | 'onSent' | 'signal'>
  readonly signal: AbortSignal
}

async function bringBlob(
  { repository, content, mountFrom }: PlannedBlob,
  index: number,
  { registry, progress, upload, signal }: Bringing,
): Promise<void> {
  // A token for writing from the start, so that there is one for the whole push.
  const target = withScopes(registry, locateRepository(registry.url, repository).push)
  if (await hasBlob(target, repository, content, signal)) {
    progress.blob(index, 'present', content.size)
    return
  }
  const onSent = (sentBytes: number) => progress.blob(index, 'uploading', sentBytes)
  onSent(0)
  const outcome = await uploadBlob(target, repository, content, {
    ...upload,
    mountFrom,
    onSent,
    signal,
  })
  progress.blob(index, outcome, content.size)
}
