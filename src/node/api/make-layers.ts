import { loaded } from '../../async/lazy.ts'
import type { AppendOptions, ConfiguredImage, Image, LayerMakingOptions, NewImage } from '../../index.ts'
import * as core from '../../index.ts'
import type { LayerInput } from '../edit/read-layer-files.ts'
import { inNodeReproducibly } from '../node-runtime.ts'

// The functions of "." that make layers, in the runtime of Node, Deno and Bun. They also read files and folders.

/**
 * Adds a layer of files on top of an image. It makes the layer, a new config and a new manifest, and reads no layer of
 * the image. The given image does not change. Push the result with `pushImage`, or write it with `saveArchive`.
 *
 * The files are read once, before the promise resolves, in constant memory. The same files give the same layer on every
 * runtime: it is sorted, and by default has the owner 0:0 and the date 1970-01-01. Of a folder on the disk, links stay
 * links and executables stay executable. Nothing has to be closed: a large layer is in a temporary file without a name,
 * which is released when the image is no longer used.
 *
 * @param image An image of `openImage` or `openArchive`, or one that was made here. Of an index, choose `platform` or
 *   `platforms`.
 * @param files The path or `file:` URL of a folder, whose content is added, or of a file; or an array of them. Or
 *   texts, bytes, `Blob`s or `Source`s by their paths: see `LayerFiles`.
 * @param options `at`, `mode`, `uid`, `gid`, `mtime`, `filter`, `remove`, `createdBy`, `created`, `compress`,
 *   `platform`, `platforms`, `onProgress`, `onWarning` and `signal`: see `AppendOptions`.
 * @returns the image with the layer, by the same names.
 * @throws {TypeError} if `files`, a file or an option has the wrong type.
 * @throws {RangeError} if a mode, a user or a level of compression is out of range.
 * @throws {ValidationError} if a path is not valid or is there twice, a file is where a folder is needed, there is no
 *   file, the folder has a device, a socket or a pipe, a platform must be chosen or is not there, or the image is an
 *   artifact.
 * @throws {TarReadError} if a file cannot be read, or changes while it is read.
 * @throws {RegistryError} if a large layer cannot be stored.
 * @example
 * ```ts
 * import { appendLayer, openImage, saveArchive } from 'registry-api-v2-client/node'
 *
 * const base = await openImage('https://registry.example.com', 'team/app', 'v7', { platform: 'linux/amd64' })
 * const image = await appendLayer(base, 'dist', { at: '/app' })
 * await saveArchive([image], 'with-app.tar')
 * ```
 */
export async function appendLayer(image: Image, files: LayerInput, options: AppendOptions = {}): Promise<Image> {
  const own = inNodeReproducibly(options)
  const { withLayerFiles } = await loaded(import('../edit/read-layer-files.ts'), own.signal)
  const read = await withLayerFiles(files, own)
  return core.appendLayer(image, read.files, read.options)
}

/**
 * Creates an image from files, without Docker and without a base image. It is for linux/amd64, unless `platform` says
 * otherwise. Push it with `pushImage`, or write it with `saveArchive`.
 *
 * The same content gives the same digest on every runtime and at any time. Layers are made as by `appendLayer`.
 *
 * @param content `files` or `layers`, `config` (such as `cmd`, `env` and `user`), `annotations`, `platform` and
 *   `created`: see `NewImage`. Files may be the path of a folder or a file, or an array of paths.
 * @param options `at`, `mode`, `uid`, `gid`, `mtime`, `filter`, `createdBy`, `compress`, `onProgress` and `signal`: see
 *   `LayerMakingOptions`. Those of a layer in `layers` come first.
 * @returns the image, without a name. Its media types are OCI's.
 * @throws {TypeError} if a part of `content`, a file or an option has the wrong type.
 * @throws {RangeError} if a mode, a user or a level of compression is out of range.
 * @throws {ValidationError} if a path is not valid or is there twice, a file is where a folder is needed, there is no
 *   file, a folder has a device, a socket or a pipe, or the platform or a value of `config` is not valid.
 * @throws {TarReadError} if a file cannot be read, or changes while it is read.
 * @throws {RegistryError} if a large layer cannot be stored.
 * @example
 * ```ts
 * import { createImage, saveArchive } from 'registry-api-v2-client/node'
 *
 * // dist has a static program: "app"
 * const image = await createImage({ files: 'dist', config: { entrypoint: ['/app'], user: '1000' } })
 * await saveArchive([image], 'app.tar', { names: ['registry.example.com/team/app:v1'] })
 * ```
 */
export async function createImage(
  content: NewImage<LayerInput>,
  options: LayerMakingOptions = {},
): Promise<ConfiguredImage> {
  const own = inNodeReproducibly(options)
  const { readLayers } = await loaded(import('../edit/read-layer-files.ts'), own.signal)
  return core.createImage(await readLayers(content, own), own)
}
