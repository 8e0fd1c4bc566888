import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import type { StoredCompression } from '../compress/cache.ts'
import { type CompressOptions, compressionOf } from '../compress/compress-options.ts'
import type { Compressor } from '../compress/compressor.ts'
import { createEncoder } from '../compress/create-encoder.ts'
import { affectedLayers, compressingTo } from '../compress/layer-change.ts'
import { withoutOutdatedReferrers } from '../compress/outdated-referrers.ts'
import { type Replacing, replaceLayersOf } from '../compress/replace-layers.ts'
import type { Control } from '../control/controller.ts'
import type { ProgressTracker } from '../control/push-progress.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { leftOut } from '../images/rewrite-tree.ts'
import { type Content, descriptorOf } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { isReferrerTag } from '../oci/referrer-tag.ts'
import type { Encoder, RuntimeOptions } from '../runtime.ts'
import { createEarlyBlobs, type EarlyBlobs } from './early-blobs.ts'
import type { KnownBlobs, LookUpOptions } from './plan/look-up.ts'
import { type ForeignLayerOptions, type ImagePush, listNeeds } from './plan/needs.ts'
import type { PlannedCompression } from './plan/plan.ts'
import { type Uploader, weigh } from './send-blob.ts'

/** Layers that are compressed or wait for it at once, where none is sent. */
const LAYERS_AT_ONCE = fixed(4)

/** The blobs that a push need not look for. */
export interface HeldBlobs {
  /** The blobs that the registry is known to have. */
  readonly held?: KnownBlobs | undefined
}

export interface CompressingOptions
  extends CompressOptions,
    HeldBlobs,
    RuntimeOptions,
    ForeignLayerOptions,
    Pick<LookUpOptions, 'mountFrom' | 'existing'> {
  readonly signal?: AbortSignal | undefined
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** Counts and sends the layers of a push while they are compressed. */
export interface LayerHandling {
  readonly progress: ProgressTracker
  /** Sends each layer as soon as it is compressed. @default it is left to the plan */
  readonly uploader?: Uploader | undefined
  /** How many layers are compressed or sent at once. @default 4 */
  readonly control?: Control | undefined
}

/** The pushes with compressed layers, and how these layers were made, by their digests. */
export interface CompressedPushes {
  readonly pushes: readonly ImagePush[]
  readonly compressions: ReadonlyMap<Digest, PlannedCompression>
  /** The layers that were sent, and the blobs that the registry is known to have. */
  readonly known?: KnownBlobs | undefined
}

/**
 * Compresses uncompressed layers and rewrites the manifests that list them. Referrers of a rewritten manifest are left
 * out, because its digest changed.
 *
 * @throws {DigestMismatchError} if a layer is not what the archive says it is
 * @throws {RegistryError} if the runtime has no such encoder
 */
export async function compressPushes(
  given: readonly ImagePush[],
  compressor: Compressor,
  options: CompressingOptions,
  { progress, uploader, control }: LayerHandling,
): Promise<CompressedPushes> {
  const encoder = await createEncoder(compressionOf(options.compress), options)
  const change = compressingTo(encoder.format)
  const { onWarning, held, runtime: { createHasher = createPortableHasher } = {} } = options
  const onLeftOut = (digest: Digest, about: Digest) => onWarning?.(leftOut(digest, about))
  // Before anything is compressed or sent: their layers are not needed.
  const isAskedFor = ({ tags }: ImagePush) => !tags.every(isReferrerTag)
  const pushes = withoutOutdatedReferrers(given, change, isAskedFor, onLeftOut)
  const layers = new Map(
    pushes.flatMap(({ image }) => [...affectedLayers(image, change)]).map((layer) => [layer.digest, layer]),
  )
  if (layers.size === 0) return { pushes, compressions: new Map(), known: options.held }
  const early = uploader && createEarlyBlobs(uploader, options)
  const making = { encoder, compressor, progress, early, control }
  const made = await compressAll(pushes, [...layers.values()], making, options)
  const replacing: Replacing = {
    change,
    layers: new Map([...made].map(([from, known]) => [from, open(layers.get(from) as Content, known)])),
    createHasher,
    onLeftOut,
  }
  function open(layer: Content, known: StoredCompression): Omit<Content, 'mediaType'> {
    return { ...known, source: compressor.open(layer, encoder, known) }
  }
  const { format, level, name } = encoder
  const known: KnownBlobs = { find: (digest) => early?.find(digest) ?? held?.find(digest) }
  const compressions = [...made].map(([from, { digest }]) => [digest, { from, format, level, encoder: name }] as const)
  return { pushes: await replaceLayersOf(pushes, replacing), compressions: new Map(compressions), known }
}

interface LayerMaking extends Omit<LayerHandling, 'uploader'> {
  readonly encoder: Encoder
  readonly compressor: Compressor
  readonly early: EarlyBlobs | undefined
}

/** The largest first, so that little is left to be sent when the last is compressed. */
async function compressAll(
  pushes: readonly ImagePush[],
  layers: readonly Content[],
  { encoder, compressor, progress, early, control }: LayerMaking,
  { signal, ...options }: CompressingOptions,
): Promise<ReadonlyMap<Digest, StoredCompression>> {
  const needed = listNeeds(pushes, options).blobs
  const made = new Map<Digest, StoredCompression>()
  for (const layer of layers) {
    const known = await compressor.find(layer, encoder, signal)
    if (known) made.set(layer.digest, known)
  }
  progress.track(needed.map(({ content, ...blob }) => ({ ...descriptorOf(content), ...blob })))
  progress.phase(
    'compress',
    layers.filter(({ digest }) => !made.has(digest)),
  )

  async function compress(layer: Content, signal: AbortSignal): Promise<void> {
    const { compress: onRead } = progress
    const known = made.get(layer.digest) ?? (await compressor.compress(layer, encoder, onRead, signal))
    made.set(layer.digest, known)
    const places = needed.flatMap(({ repository, content }, index) =>
      content.digest === layer.digest ? { repository, index } : [],
    )
    for (const { index } of places) progress.replace(index, known)
    const content = { ...layer, ...known, source: compressor.open(layer, encoder, known, onRead) }
    await early?.send({ content, places }, signal)
  }

  const bySize = [...layers].sort((one, other) => other.size - one.size)
  const weightOf = (layer: Content) => (control ? weigh(layer, control) : 1)
  await runPool(bySize, control ?? LAYERS_AT_ONCE, signal, compress, weightOf)
  return made
}
