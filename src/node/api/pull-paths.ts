import { loaded } from '../../async/lazy.ts'
import { optionsOf } from '../../check-options.ts'
import { withControl } from '../../control/controller.ts'
import type { PulledBundle, PulledTar, PullOptions, RegistryInput } from '../../index.ts'
import * as core from '../../index.ts'
import { inNode } from '../node-runtime.ts'
import type { PulledLayout, PullOutput, SavedTar } from '../pull/save-pull.ts'
import type { SavedArchive } from '../save/save-archive.ts'

// The functions of "." that pull, in the runtime of Node, Deno and Bun. They also write to files, streams and folders.

const WITH_PATH = 'an object such as { to: "out.tar" }'

/**
 * Pulls an image of a registry as one tar, for `docker load` and every other tool: the counterpart of `pushDockerTar`.
 * It reads the manifests and configs. Layers are requested while the stream is read, and verified. With `{ to }` it
 * writes the tar to a file or a stream, as `saveArchive` does, and resolves with its `size`, `digest` and `images`.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest. An image that is pulled by its digest gets a name only by `options.names`.
 * @param options `to` (a path, a `file:` URL or a Node stream), `platform` or `platforms` (default: all), `referrers`,
 *   `names`, `onProgress`, `controller`, `signal`, `onWarning` and others: see `PullOptions`.
 * @returns the tar: its `size` in bytes, `digest`, `fileName`, and `stream()` for its bytes. Call its `close()` when it
 *   is written.
 * @throws {TypeError} if `registry` or an option has the wrong type.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0, or one of the `limits` is negative.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, the platform is
 *   not there, or the manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if bytes do not match their digest. For layers the stream throws it, before its end.
 * @throws {ResponseError} if the registry refuses, has no such image (`status` 404), or lacks a part of it.
 * @throws {NetworkError} if the registry does not answer.
 * @throws {RegistryError} if the file or the stream of `to` cannot be written.
 * @example
 * ```ts
 * import { pullDockerTar } from 'registry-api-v2-client/node'
 *
 * const pulled = await pullDockerTar('https://registry.example.com', 'team/app', 'v7', { to: 'pulled.tar' })
 * console.log(pulled.digest) // 'sha256:…'
 * ```
 */
export function pullDockerTar(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options?: PullOptions & { readonly to?: undefined },
): Promise<PulledTar>
export function pullDockerTar(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: PullOptions & PullOutput,
): Promise<SavedTar>
export async function pullDockerTar(
  registry: RegistryInput,
  repository: string,
  reference: string,
  given: PullOptions & Partial<PullOutput> = {},
): Promise<PulledTar | SavedTar> {
  const { to, ...options } = inNode(optionsOf(given, WITH_PATH))
  if (to === undefined) return core.pullDockerTar(registry, repository, reference, options)
  return withControl(options, async (options) => {
    const { saveImage } = await loaded(import('../pull/save-pull.ts'), options.signal)
    return saveImage(registry, repository, reference, { ...options, to })
  })
}

/**
 * Pulls several images of a registry as one tar, such as for a network without a registry. Each layer is requested and
 * written once. `pushDockerTarWithAllOriginalTags` pushes all of them again, with the same digests. With `{ to }` it
 * writes the tar to a file or a stream, as `saveArchive` does, and resolves with its `size` and `images`.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param references The images: `team/app:v1`, `team/app@sha256:…`, or both, `team/app:v1@sha256:…`. Default tag:
 *   `latest`. An image with only a digest has no name in the tar.
 * @param options `to` (a path, a `file:` URL or a Node stream), `platform` or `platforms` (default: all), `referrers`,
 *   `rename`, `onProgress`, `controller`, `signal`, `onWarning` and others: see `PullOptions`.
 * @returns the tar: its `size` in bytes, `images` with the digest and names of each, `fileName`, and `stream()` for its
 *   bytes. Call its `close()` when it is written.
 * @throws {TypeError} if `registry`, `references` or an option has the wrong type.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0, or one of the `limits` is negative.
 * @throws {ValidationError} if a reference is not valid, an answer is not a manifest, the platform is not there, or the
 *   manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if bytes do not match their digest. For layers the stream throws it, before its end.
 * @throws {ResponseError} if the registry refuses, has no such image (`status` 404), or lacks a part of one.
 * @throws {NetworkError} if the registry does not answer.
 * @throws {RegistryError} if the file or the stream of `to` cannot be written.
 * @example
 * ```ts
 * import { pullBundle } from 'registry-api-v2-client/node'
 *
 * const pulled = await pullBundle('https://registry.example.com', ['team/app:v7'], { to: 'pulled.tar' })
 * console.log(pulled.images.length) // 1
 * ```
 */
export function pullBundle(
  registry: RegistryInput,
  references: readonly string[],
  options?: PullOptions & { readonly to?: undefined },
): Promise<PulledBundle>
export function pullBundle(
  registry: RegistryInput,
  references: readonly string[],
  options: PullOptions & PullOutput,
): Promise<SavedArchive>
export async function pullBundle(
  registry: RegistryInput,
  references: readonly string[],
  given: PullOptions & Partial<PullOutput> = {},
): Promise<PulledBundle | SavedArchive> {
  const { to, ...options } = inNode(optionsOf(given, WITH_PATH))
  if (to === undefined) return core.pullBundle(registry, references, options)
  return withControl(options, async (options) => {
    const { saveBundle } = await loaded(import('../pull/save-pull.ts'), options.signal)
    return saveBundle(registry, references, { ...options, to })
  })
}

/**
 * Pulls an image of a registry into a folder, as an OCI image layout. It keeps and uses the content of the folder, as
 * by `saveLayout`.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest. An image that is pulled by its digest gets a name only by `options.names`.
 * @param folder The path or `file:` URL of the folder. It is created if it does not exist.
 * @param options `platform` or `platforms` (default: all), `referrers`, `names`, `onProgress`, `controller`, `signal`,
 *   `onWarning` and others: see `PullOptions`.
 * @returns the `digest` of the image's manifest or index in the folder, and the `images` that were written.
 * @throws {TypeError} if `registry`, `folder` or an option has the wrong type.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0, or one of the `limits` is negative.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, the platform is
 *   not there, the manifests and configs exceed a limit, or the folder has an `index.json` that is not an index.
 * @throws {DigestMismatchError} if bytes do not match their digest.
 * @throws {ResponseError} if the registry refuses, has no such image (`status` 404), or lacks a part of it.
 * @throws {NetworkError} if the registry does not answer.
 * @throws {RegistryError} if the folder cannot be written: the disk is full, or the user has no right to it.
 * @example
 * ```ts
 * import { pullLayout } from 'registry-api-v2-client/node'
 *
 * const { digest } = await pullLayout('https://registry.example.com', 'team/app', 'v7', 'layout')
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function pullLayout(
  registry: RegistryInput,
  repository: string,
  reference: string,
  folder: string | URL,
  options: Omit<PullOptions, 'format'> = {},
): Promise<PulledLayout> {
  return withControl(inNode(options), async (options) => {
    const { saveImageLayout } = await loaded(import('../pull/save-pull.ts'), options.signal)
    return saveImageLayout(registry, repository, reference, folder, options)
  })
}
