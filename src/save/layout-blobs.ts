import { ValidationError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { NamedImage } from './image-names.ts'

/** A blob of a layout. */
export interface LayoutBlob extends Content {
  readonly kind: 'manifest' | 'config' | 'layer'
}

/**
 * Lists the blobs of images, each once: manifests, parents before children, then configs, then layers.
 *
 * @throws {ValidationError} if the same digest is listed with two sizes
 */
export function listBlobs(images: readonly NamedImage[], onWarning?: (warning: string) => void): readonly LayoutBlob[] {
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
  return `The foreign layer ${digest} was left out, because its bytes are not there; Docker and podman load the image only where they have that layer.`
}

function sizeClash({ digest, size }: Descriptor, other: { readonly size: number }): ValidationError {
  return new ValidationError(
    'IMAGE_INVALID',
    `Cannot write the archive: ${digest} should have ${size} bytes, but elsewhere it has ${other.size}`,
    { input: digest },
  )
}
