import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import type { Digest } from '../oci/digest.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import type { ImageInfo, ImageInfoOptions } from './image-info.ts'
import { manifestAt } from './manifests.ts'
import type { ConfigInfo } from './read-config.ts'
import type { ManifestInfo } from './read-manifest.ts'
import { type RegistryInput, toRegistry } from './registry.ts'

/**
 * Reads a manifest or an index from a registry. It computes the digest from the bytes, and compares it with the digest
 * that was asked for and with the one that the registry states.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest.
 * @param options `platform` chooses one image of an index, as `linux/arm64` or `linux/arm64/v8` (default: the manifest
 *   or index itself); a single image must have this platform. `signal` aborts the requests; the promise then rejects
 *   with the signal's reason.
 * @returns the manifest with its digest, media type, size in bytes and bytes.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, or there is no
 *   such platform.
 * @throws {DigestMismatchError} if the bytes do not match the digest.
 * @throws {ResponseError} if the registry refuses, or has no such manifest (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getManifest, isIndex } from 'registry-api-v2-client'
 *
 * const { manifest, digest } = await getManifest('https://registry.example.com', 'team/app', 'v7')
 * console.log(digest) // 'sha256:…'
 * console.log(isIndex(manifest)) // false
 * ```
 */
export async function getManifest(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: ImageInfoOptions = {},
): Promise<ManifestInfo> {
  const { platform, signal } = optionsOf(options)
  const handle = toRegistry(registry)
  const name = parseRepositoryOf(handle.url, repository)
  if (platform !== undefined) {
    const { readPlatformManifest } = await loaded(import('./platform-manifest.ts'), signal)
    return readPlatformManifest({ registry: handle, repository: name, reference, signal }, platform)
  }
  const { readManifest } = await loaded(import('./read-manifest.ts'), signal)
  return readManifest(manifestAt(handle, name, reference), signal)
}

/**
 * Finds the digest that a tag names. It asks by HEAD, which Docker Hub does not count as a pull. If the registry does
 * not state the digest in its answer, the manifest is read.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest.
 * @param options `platform` chooses one image of an index, as `linux/arm64` or `linux/arm64/v8` (default: the manifest
 *   or index itself), which takes its manifest. `signal` aborts the requests; the promise then rejects with the
 *   signal's reason.
 * @returns the digest of the manifest or index.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, or there is no
 *   such platform.
 * @throws {DigestMismatchError} if the registry states another digest than the one asked for.
 * @throws {ResponseError} if the registry refuses, or has no such manifest (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getDigest } from 'registry-api-v2-client'
 *
 * console.log(await getDigest('https://registry.example.com', 'team/app', 'v7')) // 'sha256:…'
 * ```
 */
export async function getDigest(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: ImageInfoOptions = {},
): Promise<Digest> {
  const { platform, signal } = optionsOf(options)
  if (platform !== undefined) return (await getManifest(registry, repository, reference, options)).digest
  const { headManifest, readManifest } = await loaded(import('./read-manifest.ts'), signal)
  const handle = toRegistry(registry)
  const place = manifestAt(handle, parseRepositoryOf(handle.url, repository), reference)
  const { digest } = (await headManifest(place, signal)) ?? (await readManifest(place, signal))
  return digest
}

/**
 * Reads the manifest and the config of an image, and describes the image by them. Of an index it describes each image,
 * except attestations. An artifact has no image config; its type, sizes and date are given.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest.
 * @param options `platform` chooses one image of an index, as `linux/arm64` or `linux/arm64/v8` (default: all); a
 *   single image must have this platform. `signal` aborts the requests; the promise then rejects with the signal's
 *   reason.
 * @returns the image's digest, platform, config, annotations, sizes in bytes, and layers with their history.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, there is no
 *   such platform, or the manifests and configs of an index exceed 16 MiB or 250,000 JSON values (a key counts as
 *   two).
 * @throws {DigestMismatchError} if the bytes of a manifest or config do not match their digest.
 * @throws {ResponseError} if the registry refuses, or lacks the manifest or one that the index lists (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getImageInfo } from 'registry-api-v2-client'
 *
 * const image = await getImageInfo('https://registry.example.com', 'team/app', 'v7')
 * console.log(image.layerCount) // 2
 * ```
 */
export async function getImageInfo(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: ImageInfoOptions = {},
): Promise<ImageInfo> {
  const { readImageInfo } = await loaded(import('./image-info.ts'), optionsOf(options).signal)
  const handle = toRegistry(registry)
  return readImageInfo(handle, parseRepositoryOf(handle.url, repository), reference, options)
}

/**
 * Reads the config of an image, and gives it parsed and as its exact bytes. The bytes are verified by the digest that
 * the manifest has. An artifact has a config of another kind: only its bytes are given.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest of a manifest.
 * @param options `platform` chooses one image of an index, as `linux/arm64` (default: its only image). `signal` aborts
 *   the requests; the promise then rejects with the signal's reason.
 * @returns the config with its digest, media type, size in bytes, bytes and parsed form, and the descriptor of its
 *   manifest.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, the platform is
 *   not there, an index has several images and none is chosen, or the config is not a JSON object or exceeds 8 MiB.
 * @throws {DigestMismatchError} if the bytes of a manifest or config do not match their digest.
 * @throws {ResponseError} if the registry refuses, or lacks the manifest or the config (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getConfig } from 'registry-api-v2-client'
 *
 * const { configuration } = await getConfig('https://registry.example.com', 'team/app', 'v7')
 * console.log(configuration?.cmd) // [ '/bin/sh' ]
 * ```
 */
export async function getConfig(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: ImageInfoOptions = {},
): Promise<ConfigInfo> {
  const { platform, signal } = optionsOf(options)
  const { readConfigOf } = await loaded(import('./read-config.ts'), signal)
  const handle = toRegistry(registry)
  const asked = { registry: handle, repository: parseRepositoryOf(handle.url, repository), reference, signal }
  return readConfigOf(asked, platform)
}
