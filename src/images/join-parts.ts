import type { Digest } from '../oci/digest.ts'
import type { Image } from './image.ts'
import { isWhole } from './platforms.ts'

/**
 * Joins two images of the same digest that come from two places, each with other parts of an index. The names are those
 * of the first.
 */
export function joinParts(image: Image, other: Image): Image {
  if (isWhole(image)) return image
  const children = new Map<Digest, Image>()
  for (const child of [...image.children, ...other.children]) {
    const { digest } = child.manifest
    const known = children.get(digest)
    children.set(digest, known ? joinParts(known, child) : child)
  }
  const layers = new Map([...other.layers, ...image.layers].map((layer) => [layer.digest, layer]))
  return {
    ...image,
    children: [...children.values()],
    layers: [...layers.values()],
    missing: image.missing.filter(({ digest }) => !children.has(digest) && !layers.has(digest)),
  }
}
