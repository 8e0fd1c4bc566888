import { ValidationError } from '../errors.ts'
import type { ConfiguredImage, Layer } from '../images/image.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { objectField, textListField } from '../oci/json.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import type { CompressionFormat } from '../runtime.ts'
import { withHistory } from './history.ts'
import type { MadeLayer } from './make-layer.ts'
import { configDocument, layerTypeOf, remakeImage } from './remake-image.ts'

/** Describes a layer in the config of an image. */
interface LayerDescription {
  /** @default registry-api-v2-client */
  readonly createdBy?: string | undefined
  /** RFC 3339. @default the date of the image */
  readonly created?: string | undefined
}

/** Adds a layer on top of an image: to the manifest, and to the diff IDs and the history of the config. */
export async function addLayer(
  image: ConfiguredImage,
  { digest, diffId, format, source }: MadeLayer,
  { createdBy = 'registry-api-v2-client', created }: LayerDescription,
  createHasher: CreateHasher,
): Promise<ConfiguredImage> {
  const document = await configDocument(image)
  const dated = created === undefined ? document : { ...document, created }
  const rootfs = objectField(document, 'rootfs')
  const config = {
    ...withHistory(dated, [{ created_by: createdBy }]),
    rootfs: { ...rootfs, type: 'layers', diff_ids: [...textListField(rootfs, 'diff_ids'), diffId] },
  }
  const mediaType = layerTypeOf(image, format)
  const layer: Layer = {
    mediaType,
    digest,
    size: source.size,
    source,
    diffId,
    created: undefined,
    createdBy: undefined,
  }
  return remakeImage(image, { config, layers: [...image.layers, layer] }, createHasher)
}

/**
 * Checks that a layer can be added to an image.
 *
 * @throws {ValidationError} if it cannot
 */
export function checkBase(
  { manifest, layers, configuration }: ConfiguredImage,
  format: CompressionFormat | undefined,
): void {
  const act = `Cannot add a layer to the image ${manifest.digest}`
  if (configuration.os === 'windows') {
    throw new ValidationError('NOT_SUPPORTED', `${act}: it is for Windows, whose layers have another form`, {
      remedy: 'choose an image for Linux',
    })
  }
  if (format === 'zstd' && manifest.mediaType === MEDIA_TYPES.dockerManifest) {
    throw new ValidationError('NOT_SUPPORTED', `${act}: its manifest is Docker's, which has no type for zstd`, {
      remedy: "use { compress: 'gzip' }",
    })
  }
  if (configuration.diffIds.length !== layers.length) {
    const fault = `its manifest has ${layers.length} layers, but its config has ${configuration.diffIds.length} diff_ids`
    throw new ValidationError('IMAGE_INVALID', `${act}: ${fault}`, { remedy: 'choose another image' })
  }
}
