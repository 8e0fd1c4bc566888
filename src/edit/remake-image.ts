import { type ConfiguredImage, describeLayers, type Layer, platformOf } from '../images/image.ts'
import { parseConfigObject, parseImageConfig } from '../images/image-config.ts'
import { jsonContent, listContents, manifestDocument, remakeManifest } from '../images/remake-manifest.ts'
import type { Content } from '../oci/descriptor.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { parseExactJson } from '../oci/exact-json.ts'
import type { JsonObject } from '../oci/json.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import type { CompressionFormat } from '../runtime.ts'
import { readAll } from '../source/source.ts'

/** The parts of an image that change. Without a part, it stays as it is. */
interface ChangedParts {
  /** The document of the config: see `configDocument`. */
  readonly config?: JsonObject
  /** All layers, lowest first. Those of the image keep their entries in the manifest. */
  readonly layers?: readonly Layer[]
  /** The document of the manifest, without its new config and layers: see `manifestDocument`. */
  readonly manifest?: JsonObject
}

/** Parses the config of an image, with all that is in it. */
export async function configDocument({ config }: ConfiguredImage): Promise<JsonObject> {
  return parseConfigObject(await readAll(config.source), `the config ${config.digest}`, parseExactJson)
}

/**
 * Makes an image with a changed config and changed layers. Fields that are not changed stay, known or not, and so does
 * the kind: Docker's or OCI's. The same changes of the same image give the same bytes on every runtime. If nothing
 * changes, it is the image itself.
 *
 * The caller changes `rootfs.diff_ids` and `history` of the config together with the layers: see `withHistory`.
 */
export async function remakeImage(
  image: ConfiguredImage,
  { layers = image.layers, ...changed }: ChangedParts,
  createHasher: CreateHasher,
): Promise<ConfiguredImage> {
  const before = { config: await configDocument(image), manifest: await manifestDocument(image) }
  const document = changed.config ?? before.config
  const config = isSame(document, before.config)
    ? image.config
    : await jsonContent(document, image.config.mediaType, createHasher)
  const listed = listContents(changed.manifest ?? before.manifest, config, layers)
  if (isSame(listed, before.manifest)) return image
  const configuration = parseImageConfig(await readAll(config.source), `the config ${config.digest}`)
  return {
    ...image,
    manifest: await remakeManifest(image, listed, createHasher),
    config,
    configuration,
    platform: image.platform ?? platformOf(configuration),
    layers: describeLayers(layers, configuration),
    // They are about the image as it was.
    referrers: [],
  }
}

/** The media type of a layer in a manifest of the same kind: Docker's or OCI's. */
export function layerTypeOf({ manifest }: { readonly manifest: Content }, format?: CompressionFormat): string {
  if (manifest.mediaType !== MEDIA_TYPES.dockerManifest) return MEDIA_TYPES.ociLayer + (format ? `+${format}` : '')
  const types = { gzip: MEDIA_TYPES.dockerLayerGzip, zstd: MEDIA_TYPES.dockerLayerZstd }
  return format ? types[format] : MEDIA_TYPES.dockerLayer
}

function isSame(one: JsonObject, other: JsonObject): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
