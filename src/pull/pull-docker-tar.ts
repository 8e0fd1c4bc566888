import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import { withLastingControl } from '../control/controller.ts'
import type { RegistryInput } from '../registry/registry.ts'
import type { PulledBundle, PulledTar, PullOptions } from './pull-options.ts'

/**
 * Pulls an image of a registry as one tar, for `docker load` and every other tool: the counterpart of `pushDockerTar`.
 * It reads the manifests and configs. Layers are requested while the stream is read, and verified.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest. An image that is pulled by its digest gets a name only by `options.names`.
 * @param options `platform` or `platforms` (default: all), `referrers`, `names`, `onProgress`, `controller`, `signal`,
 *   `onWarning` and others: see `PullOptions`.
 * @returns the tar: its `size` in bytes, `digest`, `fileName`, and `stream()` for its bytes. Call its `close()` when it
 *   is written.
 * @throws {TypeError} if `registry` or an option has the wrong type.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0, or one of the `limits` is negative.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, the platform is
 *   not there, or the manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if bytes do not match their digest. For layers the stream throws it, before its end.
 * @throws {ResponseError} if the registry refuses, has no such image (`status` 404), or lacks a part of it.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { collectStream, pullDockerTar } from 'registry-api-v2-client'
 *
 * const pulled = await pullDockerTar('https://registry.example.com', 'team/app', 'v7')
 * const tar = await collectStream(pulled.stream())
 * console.log(pulled.fileName, tar.size === pulled.size) // 'team-app-v7.tar'
 * await pulled.close()
 * ```
 */
export async function pullDockerTar(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: PullOptions = {},
): Promise<PulledTar> {
  return withLastingControl(optionsOf(options), async (options) => {
    const { streamImage } = await loaded(import('./stream-pull.ts'), options.signal)
    return streamImage(registry, repository, reference, options)
  })
}

/**
 * Pulls several images of a registry as one tar, such as for a network without a registry. Each layer is requested and
 * written once. `pushDockerTarWithAllOriginalTags` pushes all of them again, with the same digests.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param references The images: `team/app:v1`, `team/app@sha256:…`, or both, `team/app:v1@sha256:…`. Default tag:
 *   `latest`. An image with only a digest has no name in the tar.
 * @param options `platform` or `platforms` (default: all), `referrers`, `rename`, `onProgress`, `controller`, `signal`,
 *   `onWarning` and others: see `PullOptions`.
 * @returns the tar: its `size` in bytes, `images` with the digest and names of each, `fileName`, and `stream()` for its
 *   bytes. Call its `close()` when it is written.
 * @throws {TypeError} if `registry`, `references` or an option has the wrong type.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0, or one of the `limits` is negative.
 * @throws {ValidationError} if a reference is not valid, an answer is not a manifest, the platform is not there, or the
 *   manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if bytes do not match their digest. For layers the stream throws it, before its end.
 * @throws {ResponseError} if the registry refuses, has no such image (`status` 404), or lacks a part of one.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { collectStream, pullBundle } from 'registry-api-v2-client'
 *
 * const pulled = await pullBundle('https://registry.example.com', ['team/app:v7', 'team/app:v7'])
 * const tar = await collectStream(pulled.stream())
 * console.log(pulled.images.length) // 1
 * await pulled.close()
 * ```
 */
export async function pullBundle(
  registry: RegistryInput,
  references: readonly string[],
  options: PullOptions = {},
): Promise<PulledBundle> {
  return withLastingControl(optionsOf(options), async (options) => {
    const { streamBundle } = await loaded(import('./stream-pull.ts'), options.signal)
    return streamBundle(registry, references, options)
  })
}
