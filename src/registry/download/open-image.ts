import { loaded } from '../../async/lazy.ts'
import { optionsOf } from '../../check-options.ts'
import type { Image } from '../../images/image.ts'
import { type RegistryInput, toRegistry } from '../registry.ts'
import type { OpenImageOptions } from './open-image-options.ts'

/**
 * Opens an image of a registry. It reads and verifies the manifests and configs. The layers and other blobs are sources
 * that are read when they are needed.
 *
 * An answer that breaks off in the middle of a blob is continued from there. If you read a whole blob, compare its
 * digest, as all functions of this package do.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest.
 * @param options `platform` or `platforms` (default: all), `referrers` (default: false), `limits`, `onWarning` and
 *   `signal`; an abort rejects with the signal's reason.
 * @returns the image, as `openArchive` gives those of an archive. Its name is its whole name in the registry; an image
 *   that is opened by its digest has no name.
 * @throws {TypeError} if `registry` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, the platform is
 *   not there, or the manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @throws {ResponseError} if the registry refuses, has no such image (`status` 404), or lacks a part of it (`code`
 *   `CONTENT_LOST`).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { openImage } from 'registry-api-v2-client'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * console.log(image.kind) // 'image'
 * console.log(image.layers.length) // 2
 * ```
 */
export async function openImage(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: OpenImageOptions = {},
): Promise<Image> {
  const { signal } = optionsOf(options)
  const { readImage } = await loaded(import('./read-image.ts'), signal)
  return readImage(toRegistry(registry), repository, reference, options)
}
