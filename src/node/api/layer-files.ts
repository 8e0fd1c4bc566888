import type {
  DiffImagesOptions,
  Image,
  ImageDiff,
  ImageFile,
  ImageFilesOptions,
  LayerFilesOptions,
  LayerReference,
  ListedFile,
  OpenedFile,
  ReadFileOptions,
  RegistryInput,
} from '../../index.ts'
import * as core from '../../index.ts'
import { inNode } from '../node-runtime.ts'

// The functions of "." that read the files of layers, in the runtime of Node, Deno and Bun.

/**
 * Lists the files of a layer of a registry, while the layer is read. It gives the first entries before it has read the
 * whole layer, keeps nothing, and ends the request if the loop ends early. It detects the packing (gzip, zstd or none).
 *
 * The digest is verified when the layer was read to its end: what came before a `DigestMismatchError` is not trusted.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param layer The layer as a manifest lists it, or its digest. For a digest, the registry is asked for the size.
 * @param options `limits`, `onProgress` and `signal`; an abort throws the signal's reason.
 * @returns the entries in the layer's order: files, directories, links, devices, and whiteouts that remove paths of the
 *   layers below. The iteration throws all errors, also those of a wrong call.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if it is not a tar, is packed in another way, or `repository` or the digest is not valid.
 * @throws {DigestMismatchError} if its bytes do not match its digest, which shows at the end.
 * @throws {ResponseError} if the registry refuses, or does not have the layer.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getManifest, isIndex, listLayerFiles } from 'registry-api-v2-client/node'
 *
 * const registry = 'https://registry.example.com'
 * const { manifest } = await getManifest(registry, 'team/app', 'v7')
 * const [layer] = isIndex(manifest) ? [] : manifest.layers
 * if (layer) {
 *   for await (const { path } of listLayerFiles(registry, 'team/app', layer)) console.log(path) // 'etc/motd'
 * }
 * ```
 */
export async function* listLayerFiles(
  registry: RegistryInput,
  repository: string,
  layer: LayerReference,
  options: LayerFilesOptions = {},
): AsyncGenerator<ListedFile, void> {
  yield* core.listLayerFiles(registry, repository, layer, inNode(options))
}

/**
 * Reads one file of a layer in a registry. The layer is read to its end and verified. The last entry of a name counts,
 * as when an engine unpacks the layer, and a hard link has the content that it shares.
 *
 * The content of a file up to 1 MiB is kept. For that of a larger one, the layer is read again.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param layer The layer as a manifest lists it, or its digest. For a digest, the registry is asked for the size.
 * @param path The path of the file in the image, such as `etc/motd`.
 * @param options `followLinks` (default: false), `limits`, `onProgress` and `signal`; an abort rejects with the
 *   signal's reason.
 * @returns the entry, with `bytes()` and `stream()` for its content. A symbolic link is returned as a link, unless
 *   you follow it.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if it is not a tar, is packed in another way or does not
 *   have the file, or if a name is not valid.
 * @throws {DigestMismatchError} if its bytes do not match its digest, which shows at the end.
 * @throws {ResponseError} if the registry refuses, or does not have the layer.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getManifest, isIndex, readLayerFile } from 'registry-api-v2-client/node'
 *
 * const registry = 'https://registry.example.com'
 * const { manifest } = await getManifest(registry, 'team/app', 'v7')
 * const layer = isIndex(manifest) ? '' : manifest.layers[0]!
 * const file = await readLayerFile(registry, 'team/app', layer, 'etc/motd')
 * console.log(file.size) // 21
 * ```
 */
export async function readLayerFile(
  registry: RegistryInput,
  repository: string,
  layer: LayerReference,
  path: string,
  options: ReadFileOptions = {},
): Promise<OpenedFile> {
  return core.readLayerFile(registry, repository, layer, path, inNode(options))
}

/**
 * Lists the files of an image as a container sees them: all layers together, without the paths that whiteouts remove.
 * With `{ layer }` it lists the entries of that layer as they stand, while it is read. The image may come from
 * anywhere: `openArchive`, `openImage` or `editImage`.
 *
 * @param image The image.
 * @param options `layer`, `platform` (of an index), `limits`, `onProgress` and `signal`; an abort throws the signal's
 *   reason.
 * @returns the files, when all layers were read and verified; of one layer, while it is read. Each tells its layer. The
 *   iteration throws all errors, also those of a wrong call.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if a layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if a platform has to be chosen or is not there, a layer is not a tar or has no bytes.
 * @throws {DigestMismatchError} if the bytes of a layer do not match its digest.
 * @throws {ResponseError} if the image is in a registry that refuses, or does not have a layer.
 * @throws {NetworkError} if that registry does not answer.
 * @example
 * ```ts
 * import { listImageFiles, openArchive } from 'registry-api-v2-client/node'
 *
 * const archive = await openArchive('exported.tar')
 * for await (const { path, size } of listImageFiles(archive.images[0]!)) {
 *   if (path === 'etc/motd') console.log(size) // 21
 * }
 * await archive.close()
 * ```
 */
export async function* listImageFiles(image: Image, options: ImageFilesOptions = {}): AsyncGenerator<ImageFile, void> {
  yield* core.listImageFiles(image, inNode(options))
}

/**
 * Reads one file of an image as a container sees it: from the highest layer that has it, unless a whiteout removes it.
 * The layers are read to their ends and verified. The image may come from anywhere: `openArchive`, `openImage` or
 * `editImage`.
 *
 * @param image The image.
 * @param path The path of the file, such as `etc/motd`. Links of folders on the way are followed.
 * @param options `layer`, `platform` (of an index), `followLinks` (default: false), `limits`, `onProgress` and
 *   `signal`; an abort rejects with the signal's reason.
 * @returns the entry, with `bytes()` and `stream()` for its content. A symbolic link is returned as a link, unless
 *   you follow it.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if a layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if a platform has to be chosen or is not there, a layer is not a tar or has no bytes,
 *   or the file is not there.
 * @throws {DigestMismatchError} if the bytes of a layer do not match its digest.
 * @throws {ResponseError} if the image is in a registry that refuses, or does not have a layer.
 * @throws {NetworkError} if that registry does not answer.
 * @example
 * ```ts
 * import { openImage, readImageFile } from 'registry-api-v2-client/node'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const file = await readImageFile(image, 'etc/motd')
 * console.log(file.size) // 21
 * ```
 */
export async function readImageFile(
  image: Image,
  path: string,
  options: ImageFilesOptions & ReadFileOptions = {},
): Promise<OpenedFile> {
  return core.readImageFile(image, path, inNode(options))
}

/**
 * Compares two images: their layers, sizes and configs, and with `{ files: true }` their files. The images may come
 * from anywhere: `openArchive`, `openImage` or `editImage`.
 *
 * Without `files` no layer is read. With it, the lowest layers that both images have are not read, unless
 * `sharedLayers` is true.
 *
 * @param from The first image.
 * @param to The second image.
 * @param options `platform` (of indexes), `files` (default: false), `sharedLayers` (default: false), `limits`,
 *   `onProgress` and `signal`; an abort rejects with the signal's reason.
 * @returns the differences, seen from the first image to the second.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if a layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if a platform has to be chosen or is not there, or a layer is not a tar or has no bytes.
 * @throws {DigestMismatchError} if the bytes of a layer do not match its digest.
 * @throws {ResponseError} if an image is in a registry that refuses, or does not have a layer.
 * @throws {NetworkError} if that registry does not answer.
 * @example
 * ```ts
 * import { diffImages, openImage } from 'registry-api-v2-client/node'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const { layers, config } = await diffImages(image, image)
 * console.log(layers.added.length, config) // 0
 * ```
 */
export async function diffImages(from: Image, to: Image, options: DiffImagesOptions = {}): Promise<ImageDiff> {
  return core.diffImages(from, to, inNode(options))
}
