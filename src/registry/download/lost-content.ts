import { NetworkError, ResponseError } from '../../errors.ts'
import type { Image } from '../../images/image.ts'
import { runnableImages } from '../../images/platforms.ts'
import { platformsOf } from '../../images/select-platforms.ts'
import { type Descriptor, formatPlatform } from '../../oci/descriptor.ts'
import type { IndexEntry } from '../../oci/manifest.ts'
import type { Registry } from '../registry.ts'
import { locateRepository } from '../repository.ts'

/** A blob, and the repository that has it. */
export interface BlobPlace {
  readonly registry: Registry
  readonly repository: string
  readonly blob: Descriptor
}

export function blobUrl({ registry, repository, blob: { digest } }: BlobPlace): string {
  return new URL(`${locateRepository(registry.url, repository).path}blobs/${digest}`, registry.url).href
}

/** Says that a registry lacks bytes of a blob that one of its manifests lists. */
export function lostBlob(place: BlobPlace, { status }: { readonly status: number }, fault: string): ResponseError {
  const { repository, blob } = place
  return new ResponseError('CONTENT_LOST', `Cannot read ${blob.digest} of "${repository}": ${fault}`, {
    remedy: 'push the image to that repository again',
    method: 'GET',
    url: blobUrl(place),
    status,
  })
}

/** Says that an answer ended before the blob did. */
export function cutShort(place: BlobPlace, position: number): NetworkError {
  const { repository, blob } = place
  return new NetworkError(
    'NO_ANSWER',
    `Cannot read ${blob.digest} of "${repository}": the answers of the registry end after ${position} of ${blob.size} bytes`,
    { remedy: 'try again', method: 'GET', url: blobUrl(place) },
  )
}

/** Says that a registry lacks a manifest that an index lists. */
export function lostEntry(
  { name, registry, repository }: { readonly name: string } & Omit<BlobPlace, 'blob'>,
  { digest, platform }: IndexEntry,
  image: Image | undefined,
): ResponseError {
  const there = image && platformsOf(runnableImages(image))
  const named = platform ? `${digest} (${formatPlatform(platform)})` : digest
  const part = there ? `, or choose from what is there (${there}) with { platforms }` : ''
  return new ResponseError(
    'CONTENT_LOST',
    `Cannot read ${name}: an index lists ${named}, which the registry does not have`,
    {
      remedy: `push the image to that repository again${part}`,
      method: 'GET',
      url: new URL(`${locateRepository(registry.url, repository).path}manifests/${digest}`, registry.url).href,
      status: 404,
    },
  )
}
