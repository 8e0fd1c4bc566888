import type { Image } from './image.ts'

/**
 * Tells whether an image is about another one of the archive, or one that an index in it lists: a signature, an SBOM.
 */
export function isReferrer({ subject }: Image, images: readonly Image[]): boolean {
  return subject !== undefined && images.some((image) => contains(image, subject) || lacks(image, subject))
}

/** Tells whether a manifest is an image's own, or under it. */
export function contains({ manifest, children }: Image, digest: string): boolean {
  return manifest.digest === digest || children.some((child) => contains(child, digest))
}

function lacks({ missing, children }: Image, digest: string): boolean {
  return missing.some((entry) => entry.digest === digest) || children.some((child) => lacks(child, digest))
}
