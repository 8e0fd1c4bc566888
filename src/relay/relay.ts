import { chosenImage } from '../archive/chosen-image.ts'
import { readFiles } from '../archive/contents.ts'
import { createFileIndex, type FileEntry } from '../archive/file-index.ts'
import { withDefaultLimits } from '../archive/limits.ts'
import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { Registry } from '../registry/registry.ts'
import { createForwardBytes } from '../source/forward-bytes.ts'
import { toSource } from '../source/from.ts'
import type { Source } from '../source/source.ts'
import type { ByteStream } from '../source/stream.ts'
import { underControl } from '../transfer/controlled-registry.ts'
import { makePlan } from '../transfer/plan/make-plan.ts'
import { nameImage } from '../transfer/plan/naming.ts'
import { blobsUnder, type ImagePush } from '../transfer/plan/needs.ts'
import { preparePushes } from '../transfer/plan/prepare.ts'
import { runPlan } from '../transfer/run-plan.ts'
import { type Uploader, withUploader } from '../transfer/send-blob.ts'
import { type BlobSender, createBlobSender } from './blob-sender.ts'
import { refuseWhole } from './one-pass.ts'
import { openPlainStream } from './plain-stream.ts'
import type { PushStreamOptions } from './push-stream-options.ts'
import { relayFiles } from './relay-files.ts'
import { trackRelay } from './relay-progress.ts'
import { untilClosed } from './stream-tar.ts'

/** In bytes. A chunk is held, so that it can be sent again. */
const MAX_CHUNK = 16 * 1024 * 1024

/** Where a relay goes. */
interface RelayTarget {
  readonly registry: Registry
  readonly repository: string
  readonly tags: readonly string[] | undefined
}

type RelayOptions = PushStreamOptions & { readonly signal: AbortSignal }

/**
 * Reads a tar from a stream, and sends its blobs at once. Then reads its images as `openArchive` does, and pushes
 * what is left: small blobs, manifests, and at the end the tags. Call it inside `withControl`.
 *
 * @returns the digest of the pushed manifest
 */
export async function relay(
  stream: ByteStream,
  { registry, repository, tags }: RelayTarget,
  options: RelayOptions,
): Promise<Digest> {
  const { signal, rename, onWarning } = options
  const controlled = await underControl(registry, options)
  const progress = trackRelay(options.onProgress, controlled.speed.measure)
  return withUploader(controlled, progress.tracker, options, async (shared) => {
    const uploader = heldChunks(shared, options)
    const sender = createBlobSender({ uploader, repository, progress, signal }, options)
    progress.tracker.phase('blobs')
    const archive = await relayImages(stream, sender, options)
    progress.endStream()
    const naming = { registry: registry.url, repository, tags, rename, onWarning }
    const named = nameImage(await chosenImage(archive, options), naming)
    const pushes = await preparePushes([named], archive.images, options)
    verifySent(pushes, archive.digestOf)
    const planning = { registry: controlled.registry, pushes, compressions: new Map(), images: archive.images }
    const { known } = sender
    const planned = await makePlan({ ...planning, known, asksTags: false, progress: progress.tracker }, options)
    await runPlan({ ...planned, uploader, known }, options)
    return pushes[0]?.image.manifest.digest as Digest
  })
}

/** Sends the blobs of a tar in a stream, and reads its images. */
async function relayImages(given: ByteStream, sender: BlobSender, options: RelayOptions) {
  const limits = withDefaultLimits(options.limits)
  const { head, stream } = await openPlainStream(untilClosed(given), limits, options.signal)
  const entries = new Map<string, FileEntry>()
  const relaying = relayFiles(createForwardBytes(stream), limits, sender, entries)
  const { files, digestOf } = await relaying.catch(async (error) => {
    if (!(error instanceof TarReadError)) throw error
    const { explainUnread } = await loaded(import('../archive/foreign-files.ts'), options.signal)
    throw await explainUnread(error, toSource(head), createFileIndex(entries), options.signal)
  })
  return { ...(await readFiles(files, limits, options, digestOf)), digestOf }
}

/**
 * Holds each chunk in memory and hashes it, because a stream cannot be read again. A blob that a registry takes only
 * whole is streamed where the runtime can.
 */
function heldChunks(uploader: Uploader, { runtime = {} }: RelayOptions): Uploader {
  const { chunkSize } = uploader.upload
  const upload = {
    ...uploader.upload,
    chunkSize: Math.min(chunkSize, MAX_CHUNK),
    // After a refusal they could not be hashed any more.
    trust: undefined,
    createStreamBody: runtime.createStreamBody ?? refuseWhole,
    streamsChunks: false,
    slicesChunks: false,
    reusesPieces: false,
  }
  return { ...uploader, upload }
}

/** Compares the blobs that images need with the bytes that were sent for them. */
function verifySent(pushes: readonly ImagePush[], digestOf: (source: Source) => Digest | undefined): void {
  for (const { image } of pushes) {
    for (const { content } of blobsUnder(image, 'upload')) {
      const sent = digestOf(content.source)
      if (sent) verifyDigest(`a layer of ${image.manifest.digest}`, content.digest, sent)
    }
  }
}
