import { ValidationError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { NamedImage } from './image-names.ts'
import { type ListedManifest, listManifest } from './listed-manifests.ts'
import { type LoadableImage, listLoadable } from './loadable-images.ts'

/** A blob of a layout. */
export interface LayoutBlob extends Content {
  readonly kind: 'manifest' | 'config' | 'layer'
}

/** The plan of a layout, made without reading a layer. */
export interface LayoutPlan {
  /** The entries of `index.json`. */
  readonly listed: readonly ListedManifest[]
  /** The entries of `manifest.json`, for `docker load`: one platform of each image. */
  readonly loadable: readonly LoadableImage[]
  /** Each once: manifests, parents before children, then configs, then layers. */
  readonly blobs: readonly LayoutBlob[]
}

/**
 * Plans a layout of images (image-spec § Image Layout), and the `manifest.json` of `docker load` beside it.
 *
 * @throws {ValidationError} if two images have one name, or the same digest is listed with two sizes
 */
export function planLayout(images: readonly NamedImage[], onWarning?: (warning: string) => void): LayoutPlan {
  verifyNames(images)
  const blobs = listBlobs(images, onWarning)
  const digests = new Set(blobs.map(({ digest }) => digest))
  return {
    listed: images.flatMap((image) => listManifest(image, digests)),
    loadable: listLoadable(images, onWarning),
    blobs,
  }
}

function listBlobs(
  images: readonly NamedImage[],
  onWarning: ((warning: string) => void) | undefined,
): readonly LayoutBlob[] {
  const manifests = new Map<Digest, LayoutBlob>()
  const [configs, layers] = [new Map<Digest, LayoutBlob>(), new Map<Digest, LayoutBlob>()]
  const left = new Set<Digest>()

  function add(blobs: Map<Digest, LayoutBlob>, kind: LayoutBlob['kind'], content: Content): void {
    const { mediaType, digest, size, source } = content
    const known = manifests.get(digest) ?? configs.get(digest) ?? layers.get(digest)
    if (source.size !== size || (known && known.size !== size)) throw sizeClash(content, known ?? source)
    if (!known) blobs.set(digest, { mediaType, digest, size, source, kind })
  }

  function collect(image: Image): void {
    if (manifests.has(image.manifest.digest)) return
    add(manifests, 'manifest', image.manifest)
    if (image.config) add(configs, 'config', image.config)
    for (const layer of image.layers) {
      if (layer.source) add(layers, 'layer', { ...layer, source: layer.source })
      else left.add(layer.digest)
    }
    image.children.forEach(collect)
  }

  for (const { image } of images) collect(image)
  for (const digest of left) onWarning?.(leftOut(digest))
  return [...manifests.values(), ...configs.values(), ...layers.values()]
}

function leftOut(digest: Digest): string {
  return `The bytes of the foreign layer ${digest} are not there and were left out; Docker and podman load the image only where they have that layer.`
}

function sizeClash({ digest, size }: Descriptor, other: { readonly size: number }): ValidationError {
  return new ValidationError(
    'IMAGE_INVALID',
    `Cannot write the archive: ${digest} should have ${size} bytes, but elsewhere it has ${other.size}`,
    { input: digest },
  )
}

function verifyNames(images: readonly NamedImage[]): void {
  const named = new Map<string, Digest>()
  for (const { image, names, tags } of images) {
    for (const name of [...names.map(({ full }) => full), ...tags]) {
      const { digest } = image.manifest
      if ((named.get(name) ?? digest) !== digest) throw nameClash(name)
      named.set(name, digest)
    }
  }
}

function nameClash(name: string): ValidationError {
  return new ValidationError(
    'NAME_CLASH',
    `Cannot write two images as ${JSON.stringify(name)}: the second would replace the first`,
    {
      remedy:
        'give one of them another name with { rename }, choose one with { images }, or write archive.index, which has all as one multi-platform image',
      input: name,
    },
  )
}
