import { ValidationError } from '../errors.ts'
import type { Image, ImageConfig, Layer } from '../images/image.ts'
import { runnableImages } from '../images/platforms.ts'
import { selectPlatform } from '../images/select-platforms.ts'
import { type Descriptor, formatPlatform } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'

/** One layer of an inspected image. */
export type LayerInfo = Omit<Layer, 'source'>

/** Information about one image of an archive. */
export interface ImageInspect {
  /** The image's ID: the digest of its config. */
  readonly id: Digest
  /** Its manifest: the archive's own where it has one, else the one with which it is pushed. */
  readonly manifest: Descriptor
  /** Its names, as they stand in the archive. */
  readonly repoTags: readonly string[]
  /** RFC 3339, as the config has it. */
  readonly created: string | undefined
  readonly author: string
  readonly comment: string
  readonly architecture: string
  readonly os: string
  readonly variant: string | undefined
  readonly configuration: ImageConfig
  /** Lowest first. */
  readonly layers: readonly LayerInfo[]
  /** The layers together, in bytes, as they stand in the archive. */
  readonly size: number
}

/**
 * Puts together what an image's parts say of it: of a multi-platform image, those of one platform.
 *
 * @throws {ValidationError} if several platforms are there and none is chosen, or it is an artifact
 */
export function inspectImage(image: Image, platform?: string): ImageInspect {
  const { names } = image
  const { manifest, config, configuration, layers } =
    platform === undefined ? onlyImage(image) : selectPlatform(image, platform)
  if (!config || !configuration) {
    throw new ValidationError(
      'NOT_SUPPORTED',
      `Cannot inspect ${manifest.digest}: it is not an image but an artifact`,
      { remedy: 'openArchive() tells what it holds', input: manifest.digest },
    )
  }
  const { created, author, comment, architecture, os, variant } = configuration
  return {
    id: config.digest,
    manifest: { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.size },
    repoTags: names,
    created,
    author,
    comment,
    architecture,
    os,
    variant,
    configuration,
    layers: layers.map(({ source: _, ...layer }) => layer),
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
  }
}

function onlyImage(image: Image): Image {
  if (image.children.length === 0) return image
  const runnable = runnableImages(image)
  const [only] = runnable
  if (only && runnable.length === 1) return only
  const platforms = runnable.map(({ platform }) => formatPlatform(platform)).join(', ') || 'none that runs'
  throw new ValidationError('IMAGE_NOT_CHOSEN', `Cannot inspect the image: it has several platforms (${platforms})`, {
    remedy: 'choose one with { platform: "linux/amd64" }',
  })
}
