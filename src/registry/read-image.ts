import { loaded } from '../async/lazy.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import type { ImageInfo, ImageInfoOptions } from './image-info.ts'
import { manifestAt } from './manifests.ts'
import type { ManifestInfo } from './read-manifest.ts'
import { type RegistryInput, type RequestOptions, toRegistry } from './registry.ts'

/**
 * Reads a manifest. Its digest comes from its bytes, and has to be the one asked for and the one that the registry states.
 *
 * @param reference A tag or a digest.
 * @throws {ValidationError} if repository or reference are none, or the answer is no manifest
 * @throws {DigestMismatchError} if the bytes are others than the digest promises
 * @throws {ResponseError} if the registry refuses, or has no such manifest (`status` 404)
 * @throws {NetworkError} if it does not answer
 */
export async function getManifest(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: RequestOptions = {},
): Promise<ManifestInfo> {
  const { readManifest } = await loaded(import('./read-manifest.ts'))
  const handle = toRegistry(registry)
  const place = manifestAt(handle, parseRepositoryOf(handle.url, repository), reference)
  return readManifest(place, options.signal)
}

/**
 * Reads an image's manifest and config, and tells what they say. Of an index it reads those of each image in it, except attestations. An artifact
 * has no image config; its type, sizes and date are told.
 *
 * @param reference A tag or a digest.
 * @throws {ValidationError} if there is no such platform, or the manifests and configs of an index have more than 16 MiB or 250,000
 *   values of JSON, a key counted as two. Also throws what `getManifest` throws.
 * @throws {ResponseError} if the registry has no manifest of those that an index lists (`status` 404)
 */
export async function getImageInfo(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: ImageInfoOptions = {},
): Promise<ImageInfo> {
  const { readImageInfo } = await loaded(import('./image-info.ts'), options.signal)
  const handle = toRegistry(registry)
  return readImageInfo(handle, parseRepositoryOf(handle.url, repository), reference, options)
}
