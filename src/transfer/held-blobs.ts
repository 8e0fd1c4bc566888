import type { Image } from '../images/image.ts'
import type { Digest } from '../oci/digest.ts'
import { placeOf } from '../registry/download/blob-places.ts'
import { isSameRegistry, type Registry } from '../registry/registry.ts'
import type { KnownBlobs } from './plan/look-up.ts'
import { blobsUnder } from './plan/needs.ts'

/** Finds the blobs of images that a registry holds, because the images were opened there. It sends no request. */
export function heldBlobs(images: readonly Image[], registry: Registry): KnownBlobs {
  const held = new Map<Digest, Map<string, 'present'>>()
  for (const { content } of images.flatMap((image) => [...blobsUnder(image, 'upload')])) {
    const place = placeOf(content.source)
    if (!place || !isSameRegistry(place.registry, registry)) continue
    const holders = held.get(content.digest) ?? new Map()
    held.set(content.digest, holders.set(place.repository, 'present'))
  }
  return { find: (digest) => held.get(digest) }
}
