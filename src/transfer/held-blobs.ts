import type { Image } from '../images/image.ts'
import { referrersUnder } from '../images/platforms.ts'
import type { Digest } from '../oci/digest.ts'
import { placeOf } from '../registry/download/blob-places.ts'
import { isSameRegistry, type Registry } from '../registry/registry.ts'
import type { KnownBlobs, LookUpOptions } from './plan/look-up.ts'
import { blobsUnder } from './plan/needs.ts'

/**
 * Finds the blobs of images, and of their referrers, that a registry holds because they were opened there. It sends no
 * request.
 *
 * @returns `undefined` if all blobs are to be sent
 */
export function heldBlobs(
  images: readonly Image[],
  registry: Registry,
  { existing }: Pick<LookUpOptions, 'existing'>,
): KnownBlobs | undefined {
  if (existing === 'upload') return undefined
  const held = new Map<Digest, Map<string, 'present'>>()
  for (const { content } of [...images, ...referrersUnder(images)].flatMap((image) => [
    ...blobsUnder(image, 'upload'),
  ])) {
    const place = placeOf(content.source)
    if (!place || !isSameRegistry(place.registry, registry)) continue
    const holders = held.get(content.digest) ?? new Map()
    held.set(content.digest, holders.set(place.repository, 'present'))
  }
  return { find: (digest) => held.get(digest) }
}
