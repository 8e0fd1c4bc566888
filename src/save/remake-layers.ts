import { loaded } from '../async/lazy.ts'
import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { choice } from '../check-options.ts'
import { type CompressOptions, compressionOf } from '../compress/compress-options.ts'
import { createEncoder } from '../compress/create-encoder.ts'
import { decompressLayer } from '../compress/decompress-layer.ts'
import { affectedLayers, compressingTo, DECOMPRESSING_ZSTD, type LayerChange } from '../compress/layer-change.ts'
import { withoutOutdatedReferrers } from '../compress/outdated-referrers.ts'
import { replaceLayersOf } from '../compress/replace-layers.ts'
import type { WriteControlOptions } from '../control/write-controller.ts'
import { createWriting } from '../control/writing.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Layer } from '../images/image.ts'
import { leftOut } from '../images/rewrite-tree.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { spoolToBlob } from '../source/spool.ts'
import { UNPACK_LIMITS, type UnpackLimits } from '../unpack/unpack-limits.ts'
import type { NamedImage } from './image-names.ts'
import { listBlobs } from './layout-blobs.ts'

/** Options that replace layers. */
export interface LayerOptions extends CompressOptions {
  /**
   * Decompresses layers in zstd, which Docker before 23 cannot load. The image gets a new manifest, and thus another
   * digest; its config stays. With `compress`, they are compressed again. @default they stay as they are
   */
  readonly decompress?: 'zstd' | undefined
  /** Limits of a decompressed layer, so that a hostile one does not fill the disk. */
  readonly layerLimits?: Partial<Pick<UnpackLimits, 'spoolSize' | 'unpackRatio'>> | undefined
}

interface RemakeOptions extends LayerOptions, WriteControlOptions {
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** Images with replaced layers, whose bytes have to be released. */
interface RemadeImages {
  readonly images: readonly NamedImage[]
  close(): Promise<void>
}

/** Makes the layer that replaces another one. */
type Make = (
  layer: Layer & Content,
  onRead: (layer: Content, bytes: number) => void,
  signal: AbortSignal,
) => Promise<Omit<Content, 'mediaType'>>

/** Layers that are made at once. */
const LAYERS_AT_ONCE = fixed(4)

/**
 * Decompresses and compresses layers, as the options say, and rewrites the manifests that list them. The new layers are
 * kept in a spool.
 *
 * @param options What `withControl` or `withLastingControl` gave.
 * @throws {DigestMismatchError} if a layer does not match its digest
 * @throws {TarReadError} if a layer cannot be read, is damaged, or exceeds a limit
 * @throws {RegistryError} if the runtime has no such encoder
 */
export async function remakeLayers(given: readonly NamedImage[], options: RemakeOptions): Promise<RemadeImages> {
  const {
    decompress,
    compress,
    layerLimits,
    runtime: { createHasher = createPortableHasher, spool = spoolToBlob } = {},
  } = options
  const opened: { close(): Promise<void> }[] = []
  async function close(): Promise<void> {
    for (const one of opened.splice(0)) await one.close()
  }
  let images = given
  try {
    if (decompress !== undefined) {
      choice('decompress', decompress, ['zstd'])
      const decoding = { createHasher, spool, limits: { ...UNPACK_LIMITS, ...layerLimits } }
      images = await remake(images, DECOMPRESSING_ZSTD, options, async (layer, onRead, signal) => {
        const { digest, source } = await decompressLayer(
          layer,
          { ...decoding, onRead: (bytes) => onRead(layer, bytes) },
          signal,
        )
        opened.push(source)
        return { digest, size: source.size, source }
      })
    }
    if (compress !== undefined) {
      const encoder = await createEncoder(compressionOf(compress), options)
      const { openCompressor } = await loaded(import('../compress/compressor.ts'), options.signal)
      const compressor = openCompressor(options)
      opened.push(compressor)
      images = await remake(images, compressingTo(encoder.format), options, async (layer, onRead, signal) => {
        const known =
          (await compressor.find(layer, encoder, signal)) ?? (await compressor.compress(layer, encoder, onRead, signal))
        return { ...known, source: compressor.open(layer, encoder, known, onRead) }
      })
    }
    return { images, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function remake(
  given: readonly NamedImage[],
  change: LayerChange,
  options: RemakeOptions,
  make: Make,
): Promise<readonly NamedImage[]> {
  const { onWarning, signal, runtime: { createHasher = createPortableHasher } = {} } = options
  const onLeftOut = (digest: Digest, about: Digest) => onWarning?.(leftOut(digest, about))
  // Before anything is made: their layers are not needed.
  const images = withoutOutdatedReferrers(given, change, ({ names }) => names.length > 0, onLeftOut)
  const affected = images.flatMap(({ image }) => [...affectedLayers(image, change)])
  const bySize = [...new Map(affected.map((layer) => [layer.digest, layer])).values()].sort(
    (one, other) => other.size - one.size,
  )
  if (bySize.length === 0) return images
  const { track, phase, compress: onRead } = createWriting(options)
  track(listBlobs(images))
  phase('compress', bySize)
  const layers = new Map<Digest, Omit<Content, 'mediaType'>>()
  await runPool(bySize, LAYERS_AT_ONCE, signal, async (layer, signal) => {
    layers.set(layer.digest, await make(layer, onRead, signal))
  })
  return replaceLayersOf(images, { change, layers, createHasher, onLeftOut })
}
