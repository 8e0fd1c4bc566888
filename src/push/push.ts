import { withCompressorIf } from '../compress/when-asked.ts'
import { ResponseError } from '../errors.ts'
import { loaded } from '../load.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { HashWorkers } from '../oci/hash-pool.ts'
import { openHashWorkers } from '../oci/hash-workers.ts'
import type { Image } from '../oci/image.ts'
import { createParallelHasher } from '../oci/sha256.ts'
import { type Registry, type RegistryInput, toRegistry } from '../registry/registry.ts'
import { attemptStore } from '../registry/sessions/attempts.ts'
import { createChunkSizer } from '../registry/upload/chunk-sizer.ts'
import type { UploadOptions } from '../registry/upload/options.ts'
import { uploadBlob } from '../registry/upload/upload.ts'
import { toReadable } from '../source/stream.ts'
import { controlOf, withControl } from './control.ts'
import { natural, positive } from './numbers.ts'
import { DEFAULT_CHUNK_SIZE, MAX_CHUNK_SIZE, type PushOptions } from './options.ts'
import type { PlannedBlob, PushPlan } from './plan.ts'
import { runPool } from './pool.ts'
import { type ProgressTracker, trackProgress } from './progress.ts'
import { putManifests } from './put-manifests.ts'
import { able, imagesOf, show } from './shapes.ts'
import { steer } from './steering.ts'
import { verifyPush } from './verify.ts'

/** In bytes: so small a blob takes its requests' way there and back, and next to no time of the wire and no memory. */
const SMALL_BLOB = 1024 * 1024
/** So many of them as there are where one large blob would be. */
const SMALL_WEIGHT = 3 / 16
const DEFAULT_UPLOAD_RETRY = 5
const DEFAULT_RETRY_DELAY = 500
const STORE = ['get', 'set', 'delete'] as const
const WHERE_STORES_COME_FROM = 'a store, as memorySessions() gives one'

/**
 * Carries out a plan: all blobs, several at once, then the manifests in their order, then the tags. No tag moves before everything
 * that it names is in the registry; after a failure or an abort, open upload sessions are cancelled, unless
 * `sessions` keeps them.
 *
 * @param images Those of the archive that the plan was made of: the bytes come from there.
 * @throws {ValidationError} if the images lack what the plan names
 * @throws {TypeError} if the plan is none, or was made for another registry, or with another encoder
 * @throws {DigestMismatchError} if an archive's bytes are not what it says they are
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function executePush(
  plan: PushPlan,
  images: readonly Image[],
  registry: RegistryInput,
  options: PushOptions = {},
): Promise<void> {
  return withControl(options, async (options) => {
    const handle = toRegistry(registry)
    if (!isPlan(plan)) {
      throw new TypeError(
        `Cannot push: the plan has to be what planPush resolves to (await it), or JSON.parse of its text, not ${show(plan)}`,
      )
    }
    const given = imagesOf(images)
    if (plan.registry !== handle.url) {
      throw new TypeError(
        `Cannot push to ${handle.url}: the plan was made for ${plan.registry}; make one for this registry`,
      )
    }
    const compresses = plan.blobs.some(({ compression }) => compression !== undefined)
    await withCompressorIf(compresses, options, async (compressor) => {
      const { findContents } = await loaded(import('./contents.ts'))
      const contents = await findContents(plan, given, { ...options, compressor })
      await carryOut(plan, contents, handle, options)
    })
  })
}

function isPlan(plan: PushPlan): boolean {
  if (typeof plan?.registry !== 'string') return false
  return [plan.blobs, plan.manifests, plan.tags].every(Array.isArray)
}

/** The same under a control that is there already, and with the bytes of all that is sent. */
export async function carryOut(
  plan: PushPlan,
  contents: ReadonlyMap<Digest, Content>,
  handle: Registry,
  options: PushOptions,
): Promise<void> {
  const control = controlOf(options)
  const { registry, pace, speed } = await steer(handle, control)
  const progress = trackProgress(plan.blobs, options.onProgress, speed)
  const workers = openHashWorkers(options.hashWorkers)
  const upload = { ...uploadOptionsOf(options, workers), pace, onEvent: progress.after(options.onEvent) }
  const { signal } = options
  const bring = { registry, contents, progress, upload }

  progress.phase('blobs')
  const blobs = [...plan.blobs.entries()]
  // A mount may be from a repository that gets the blob in this push.
  try {
    for (const action of ['upload', 'mount'] as const) {
      const turn = blobs.filter(([, blob]) => blob.action === action)
      await runPool(
        turn,
        control,
        signal,
        ([index, blob], signal) => bringBlob(blob, index, { ...bring, signal }),
        ([, { size }]) => (control.isConcurrencyChosen() || size > SMALL_BLOB ? 1 : SMALL_WEIGHT),
      )
    }
  } finally {
    workers.close()
  }
  progress.phase('manifests')
  await putManifests(registry, plan, contents, signal).catch((error) => {
    throw isStale(error) ? stale(error) : error
  })
  if (options.verify) {
    progress.phase('verify')
    await verifyPush(registry, plan, control, signal)
  }
  progress.phase('done')
}

type SharedUploadOptions = Omit<UploadOptions, 'mountFrom' | 'onSent' | 'signal'>

function uploadOptionsOf(options: PushOptions, workers: HashWorkers): SharedUploadOptions {
  const { createHasher = (state) => createParallelHasher(workers, state) } = options
  const { createBody = (bytes) => new Blob([bytes]) } = options
  const { createStreamBody = (stream) => new Response(toReadable(stream)).blob() } = options
  // Bodies of the caller's own are used, and may be kept in memory.
  const { streamsChunks = !options.createBody && !options.createStreamBody } = options
  // What the user asks for is what they get.
  const grows = streamsChunks && options.chunkSize === undefined
  return {
    chunkSize: positive('chunkSize', options.chunkSize ?? DEFAULT_CHUNK_SIZE),
    sizer: grows ? createChunkSizer(DEFAULT_CHUNK_SIZE, MAX_CHUNK_SIZE) : undefined,
    uploadRetry: natural('uploadRetry', options.uploadRetry ?? DEFAULT_UPLOAD_RETRY),
    retryDelay: natural('retryDelay', options.retryDelay ?? DEFAULT_RETRY_DELAY),
    createHasher,
    createBody,
    createStreamBody,
    streamsChunks,
    reusesPieces: options.reusesPieces,
    slicesChunks: streamsChunks && options.createStreamBody === undefined,
    sessions: options.sessions && attemptStore(able('sessions', options.sessions, STORE, WHERE_STORES_COME_FROM)),
  }
}

interface Bringing {
  readonly registry: Registry
  readonly contents: ReadonlyMap<Digest, Content>
  readonly progress: ProgressTracker
  readonly upload: SharedUploadOptions
  readonly signal: AbortSignal
}

async function bringBlob(
  { repository, digest, size, mountFrom }: PlannedBlob,
  index: number,
  { registry, contents, progress, upload, signal }: Bringing,
): Promise<void> {
  const onSent = (sentBytes: number) => progress.blob(index, 'uploading', sentBytes)
  onSent(0)
  const outcome = await uploadBlob(registry, repository, contents.get(digest) as Content, {
    ...upload,
    mountFrom,
    onSent,
    signal,
  })
  progress.blob(index, outcome, size)
}

/** Whether the registry lacks a blob that was there when the plan was made. */
function isStale(error: unknown): error is ResponseError {
  const codes = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN']
  return error instanceof ResponseError && error.errors.some(({ code }) => codes.includes(code))
}

function stale({ message, method, url, status, errors }: ResponseError): ResponseError {
  const remedy = 'a blob that was there when the push was planned is there no more; plan and push again'
  return new ResponseError(`${message}; ${remedy}`, { method, url, status, errors })
}
