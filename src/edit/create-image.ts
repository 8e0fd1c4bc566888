import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import type { ConfiguredImage } from '../images/image.ts'
import type { LayerMakingOptions } from './append-options.ts'
import type { NewImage } from './new-image.ts'

/**
 * Creates an image from files, without Docker and without a base image. It is for linux/amd64, unless `platform` says
 * otherwise. Push it with `pushImage`, or write it with `writeArchive`.
 *
 * The same content gives the same digest on every runtime and at any time. Layers are made as by `appendLayer`.
 *
 * @param content `files` or `layers`, `config` (such as `cmd`, `env` and `user`), `annotations`, `platform` and
 *   `created`: see `NewImage`.
 * @param options `at`, `mode`, `uid`, `gid`, `mtime`, `filter`, `createdBy`, `compress`, `onProgress` and `signal`: see
 *   `LayerMakingOptions`. Those of a layer in `layers` come first.
 * @returns the image, without a name. Its media types are OCI's.
 * @throws {TypeError} if a part of `content`, a file or an option has the wrong type.
 * @throws {RangeError} if a mode, a user or a level of compression is out of range.
 * @throws {ValidationError} if a path is not valid or is there twice, a file is where a folder is needed, there is no
 *   file, or the platform or a value of `config` is not valid.
 * @throws {TarReadError} if a file cannot be read, or changes while it is read.
 * @throws {RegistryError} if a large layer cannot be stored.
 * @example
 * ```ts
 * import { createImage } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop: a static program
 * const files = { app: { content: file, mode: 0o755 } }
 * const image = await createImage({ files, config: { entrypoint: ['/app'] }, platform: 'linux/arm64' })
 * console.log(image.manifest.digest) // 'sha256:…'
 * ```
 */
export async function createImage(content: NewImage, options: LayerMakingOptions = {}): Promise<ConfiguredImage> {
  const { signal } = optionsOf(options)
  const { runCreate } = await loaded(import('./run-create.ts'), signal)
  return runCreate(content, options)
}
