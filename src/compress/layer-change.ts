import type { Image, Layer } from '../images/image.ts'
import { toOciType } from '../images/oci-types.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { isPlainLayerType, MEDIA_TYPES } from '../oci/media-type.ts'
import type { CompressionFormat } from '../runtime.ts'

/** A change of layers: which ones are replaced, and the media types of their replacements. */
export interface LayerChange {
  /** Tells whether a layer of an image is replaced. */
  affects(layer: Layer, image: Image): layer is Layer & Content
  /** Returns the media type of the replacement. */
  typeOf(mediaType: string): string
  /** True if only OCI's manifests have a media type for the replacement. */
  readonly isOciOnly: boolean
}

/** Compresses plain layers. Docker's manifests have a media type for gzip, but none for zstd. */
export function compressingTo(format: CompressionFormat): LayerChange {
  return {
    // A layer with a plain media type whose digest is not the diff ID may be packed anyway.
    affects: (layer, image): layer is Layer & Content =>
      isOwnLayer(layer, image) && isPlainLayerType(layer.mediaType) && layer.diffId === layer.digest,
    typeOf: (mediaType) =>
      mediaType === MEDIA_TYPES.dockerLayer ? MEDIA_TYPES.dockerLayerGzip : `${mediaType}+${format}`,
    isOciOnly: format === 'zstd',
  }
}

/** Decompresses layers in zstd. */
export const DECOMPRESSING_ZSTD: LayerChange = {
  affects: (layer, image): layer is Layer & Content => isOwnLayer(layer, image) && isZstdLayerType(layer.mediaType),
  typeOf: (mediaType) => mediaType.replace(/[+.]zstd$/, ''),
  isOciOnly: false,
}

/** Tells whether a layer is compressed with zstd. */
export function isZstdLayerType(mediaType: string): boolean {
  return toOciType(mediaType) === `${MEDIA_TYPES.ociLayer}+zstd`
}

/** The layers below an image that are replaced. */
export function* affectedLayers(image: Image, change: LayerChange): Generator<Layer & Content> {
  for (const layer of image.layers) if (change.affects(layer, image)) yield layer
  for (const child of image.children) yield* affectedLayers(child, change)
}

/** Collects the digests of the manifests that change when layers below an image are replaced. */
export function collectChanging(image: Image, change: LayerChange, changing: Set<Digest>): boolean {
  const isChanging = image.children.map((child) => collectChanging(child, change, changing))
  const changes = isChanging.includes(true) || image.layers.some((layer) => change.affects(layer, image))
  if (changes) changing.add(image.manifest.digest)
  return changes
}

/** A layer of an image that runs, with its bytes: no foreign layer, and none of an artifact. */
function isOwnLayer({ source }: Layer, { configuration }: Image): boolean {
  return configuration !== undefined && source !== undefined
}
