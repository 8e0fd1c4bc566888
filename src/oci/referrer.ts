import type { Image } from './image.ts'

/** Tells whether an image is about another one of the archive: a signature, an SBOM. */
export function isReferrer({ subject }: Image, images: readonly Image[]): boolean {
  return subject !== undefined && images.some((image) => contains(image, subject))
}

/** Tells whether a manifest is an image's own, or under it. */
export function contains({ manifest, children }: Image, digest: string): boolean {
  return manifest.digest === digest || children.some((child) => contains(child, digest))
}
