import type { ConfiguredImage, Image } from '../images/image.ts'
import type { Digest } from '../oci/digest.ts'

/** Lists the images that a change may be for: all but attestations and other artifacts. */
export function imagesUnder(image: Image): readonly ConfiguredImage[] {
  if (image.kind !== 'image') return image.children.flatMap(imagesUnder)
  const { platform, subject, layers } = image
  // BuildKit's attestations and cosign's signatures have configs of images, but their layers are no tars.
  const runs = platform?.os !== 'unknown' && layers.every(({ mediaType }) => /\btar\b/.test(mediaType))
  return runs && subject === undefined ? [image] : []
}

/** Lists the referrers of images that changed, each with its subject. */
export function outdatedReferrers(
  image: Image,
  isChanged: (digest: Digest) => boolean,
): ReadonlyArray<readonly [digest: Digest, about: Digest]> {
  const { digest } = image.manifest
  const own = isChanged(digest) ? image.referrers : []
  return [
    ...own.map((referrer) => [referrer.manifest.digest, digest] as const),
    ...image.children.flatMap((child) => outdatedReferrers(child, isChanged)),
  ]
}
