import { ValidationError } from '../errors.ts'
import type { Layer } from '../images/image.ts'
import type { Content } from '../oci/descriptor.ts'
import { openBlob } from '../registry/download/blob-source.ts'
import type { Registry } from '../registry/registry.ts'
import { findBlob } from './find-blob.ts'
import type { LayerReading } from './layer-bytes.ts'
import type { LayerFilesOptions, LayerReference } from './layer-options.ts'
import { readingOf } from './layer-reading.ts'
import { type WalkedFile, walkLayer } from './walk-layer.ts'

/**
 * Opens a layer of a registry. Of one that is named by its digest alone, the registry is asked for the size.
 *
 * @throws {ValidationError} if a name is not valid
 * @throws {ResponseError} if the registry refuses, or does not have the layer
 */
export async function openLayer(
  registry: Registry,
  given: string,
  layer: LayerReference,
  signal: AbortSignal | undefined,
): Promise<Content> {
  const { repository, blob } = await findBlob(registry, given, layer, 'layer', signal)
  return { ...blob, source: openBlob(registry, repository, blob) }
}

/** Reads a layer as its entries are asked for. */
export function readLayer(layer: Content, options: LayerFilesOptions): AsyncGenerator<WalkedFile, void> {
  const [reading] = readingOf(options, [layer.size])
  return walkLayer(layer, reading as LayerReading)
}

/**
 * Returns a layer of an image with its bytes.
 *
 * @throws {ValidationError} if they are elsewhere
 */
export function layerContent({ mediaType, digest, size, source }: Layer): Content {
  if (source) return { mediaType, digest, size, source }
  throw new ValidationError(
    'NOT_SUPPORTED',
    `Cannot read layer ${digest}: it is a foreign layer, whose bytes are not where the image is`,
    { input: digest },
  )
}
