import type { ChosenImage } from '../images/add-referrers.ts'
import type { Image, Layer, SingleImage } from '../images/image.ts'
import { toOciType } from '../images/oci-types.ts'
import { listContents, manifestDocument, remakeManifest } from '../images/remake-manifest.ts'
import { type Rewriting, rewriteTree } from '../images/rewrite-tree.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import type { LayerChange } from './layer-change.ts'

/** The replacements of layers. */
export interface Replacing extends Pick<Rewriting, 'onLeftOut'> {
  readonly change: LayerChange
  /** The replacements, by the digests of the layers that they are made of. */
  readonly layers: ReadonlyMap<Digest, Omit<Content, 'mediaType'>>
  readonly createHasher: CreateHasher
}

/**
 * Replaces layers of chosen images, in all manifests and in the indexes up to the roots, and keeps the digests that
 * these images had before. Manifests of Docker's kind become OCI's if Docker has no media type for the new layers.
 */
export async function replaceLayersOf<C extends ChosenImage>(
  chosen: readonly C[],
  replacing: Replacing,
): Promise<readonly C[]> {
  const { change, createHasher, onLeftOut } = replacing
  const typeOf = change.isOciOnly ? toOciType : undefined
  const rewrite = (image: SingleImage) => replaceLayers(image, replacing)
  const rewriting: Rewriting = { rewrite, createHasher, changed: new Map(), onLeftOut, ...(typeOf && { typeOf }) }
  const replaced: C[] = []
  for (const one of chosen) {
    const image = await rewriteTree(one.image, rewriting)
    const before = one.image.manifest.digest
    replaced.push(
      image.manifest.digest === before ? one : { ...one, image, originalDigest: one.originalDigest ?? before },
    )
  }
  return replaced
}

/** Replaces the layers that an image itself lists. An image without such a layer stays the same. */
async function replaceLayers(
  image: SingleImage,
  { change, createHasher, layers: replacements }: Replacing,
): Promise<Image> {
  const replacementOf = (layer: Layer) => (change.affects(layer, image) ? replacements.get(layer.digest) : undefined)
  if (!image.layers.some(replacementOf)) return image
  const isRenamed = change.isOciOnly && isDockers(image.manifest)
  const typeOf = (mediaType: string) => (isRenamed ? toOciType(mediaType) : mediaType)
  const layers = image.layers.map((layer) => {
    const mediaType = typeOf(layer.mediaType)
    const replacement = replacementOf(layer)
    if (!replacement) return { ...layer, mediaType }
    const { digest, size, source } = replacement
    return { ...layer, mediaType: change.typeOf(mediaType), digest, size, source }
  })
  const config = { ...image.config, mediaType: typeOf(image.config.mediaType) }
  const document = listContents(await manifestDocument(image), config, layers)
  const manifest = await remakeManifest(image, document, createHasher, typeOf(image.manifest.mediaType))
  return { ...image, manifest, config, layers }
}

function isDockers({ mediaType }: Descriptor): boolean {
  return mediaType === MEDIA_TYPES.dockerManifest
}
