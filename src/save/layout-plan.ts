import { ValidationError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import type { NamedImage } from './image-names.ts'
import { type LayoutBlob, listBlobs } from './layout-blobs.ts'
import { type ListedManifest, listManifest } from './listed-manifests.ts'
import { type LoadableImage, listLoadable } from './loadable-images.ts'

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
export async function planLayout(
  images: readonly NamedImage[],
  onWarning?: (warning: string) => void,
): Promise<LayoutPlan> {
  verifyNames(images)
  const blobs = listBlobs(images, onWarning)
  const digests = new Set(blobs.map(({ digest }) => digest))
  return {
    listed: images.flatMap((image) => listManifest(image, digests)),
    loadable: await listLoadable(images, onWarning),
    blobs,
  }
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
