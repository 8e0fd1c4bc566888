import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import type { Image } from '../images/image.ts'
import type { AppendOptions } from './append-options.ts'
import type { LayerFiles } from './layer-files.ts'

/**
 * Adds a layer of files on top of an image. It makes the layer, a new config and a new manifest, and reads no layer of
 * the image. The given image does not change. Push the result with `pushImage`, or write it with `writeArchive`.
 *
 * The files are read once, before the promise resolves, in constant memory. The same files give the same layer on every
 * runtime: it is sorted, and by default has the owner 0:0 and the date 1970-01-01. Nothing has to be closed: a large
 * layer is in a spool, which is released when the image is no longer used.
 *
 * @param image An image of `openImage` or `openArchive`, or one that was made here. Of an index, choose `platform` or
 *   `platforms`.
 * @param files Texts, bytes, `Blob`s or `Source`s by their paths, or the `File`s of a page: see `LayerFiles`.
 * @param options `at`, `mode`, `uid`, `gid`, `mtime`, `filter`, `remove`, `createdBy`, `created`, `compress`,
 *   `platform`, `platforms`, `onProgress`, `onWarning` and `signal`: see `AppendOptions`.
 * @returns the image with the layer, by the same names.
 * @throws {TypeError} if `files`, a file or an option has the wrong type.
 * @throws {RangeError} if a mode, a user or a level of compression is out of range.
 * @throws {ValidationError} if a path is not valid or is there twice, a file is where a folder is needed, there is no
 *   file, a platform must be chosen or is not there, or the image is an artifact.
 * @throws {TarReadError} if a file cannot be read, or changes while it is read.
 * @throws {RegistryError} if a large layer cannot be stored.
 * @example
 * ```ts
 * import { appendLayer, openImage } from 'registry-api-v2-client'
 *
 * const base = await openImage('https://registry.example.com', 'team/app', 'v7', { platform: 'linux/amd64' })
 * const image = await appendLayer(base, { 'index.html': '<h1>Hello</h1>' }, { at: '/usr/share/nginx/html' })
 * console.log(image.manifest.digest) // 'sha256:…'
 * ```
 */
export async function appendLayer(image: Image, files: LayerFiles, options: AppendOptions = {}): Promise<Image> {
  const { signal } = optionsOf(options)
  const { runAppend } = await loaded(import('./run-append.ts'), signal)
  return runAppend(image, files, options)
}
