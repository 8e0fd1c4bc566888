import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { Image, ImageConfig } from '../oci/image.ts'

/** One layer of an inspected image. */
export interface LayerInfo extends Descriptor {
  /** The digest of the layer when it is not compressed. */
  readonly diffId: Digest
  /** When and by which build step it was made, where the config's history says so. */
  readonly created: string | undefined
  readonly createdBy: string | undefined
}

/** What an archive says of one image. */
export interface ImageInspect {
  /** The image's ID: the digest of its config. */
  readonly id: Digest
  /** Its names, as they stand in the archive. */
  readonly repoTags: readonly string[]
  /** RFC 3339, as the config has it. */
  readonly created: string | undefined
  readonly author: string
  readonly comment: string
  readonly architecture: string
  readonly os: string
  readonly variant: string | undefined
  readonly config: ImageConfig
  /** Lowest first. */
  readonly layers: readonly LayerInfo[]
  /** The layers together, in bytes, as they stand in the archive. */
  readonly size: number
}

/** Puts together what an image's parts say of it. */
export function inspectImage({ names, config, configuration, layers }: Image): ImageInspect {
  const { created, author, comment, architecture, os, variant } = configuration
  const steps = configuration.history.filter((entry) => !entry.emptyLayer)
  // Where the history has gaps, no step can be told from another.
  const stepOf = (position: number) => (steps.length === layers.length ? steps[position] : undefined)
  return {
    id: config.digest,
    repoTags: names,
    created,
    author,
    comment,
    architecture,
    os,
    variant,
    config: configuration,
    layers: layers.map(({ mediaType, digest, size, diffId }, position) => {
      const step = stepOf(position)
      return { mediaType, digest, size, diffId, created: step?.created, createdBy: step?.createdBy }
    }),
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
  }
}
