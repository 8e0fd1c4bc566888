import type {
  Archive,
  ImageChoice,
  ImageInspect,
  PlatformChoice,
  ReadOptions,
  RepositoryTag,
  SourceInput,
  TarManifestEntry,
  ValidateOptions,
  ZipEntry,
} from '../../index.ts'
import * as core from '../../index.ts'
import { disposable } from '../../source/disposable.ts'
import { type ArchiveInput, openInput, withInput } from '../archive/open-input.ts'
import { inNode } from '../node-runtime.ts'

// The functions of "." that read an archive, in the runtime of Node, Deno and Bun. An archive may be a path.

/**
 * Opens an archive of images and reads what it holds. It reads headers and small JSON files, and at most the first
 * bytes of each layer. A stream, and an archive packed with gzip, zstd or zip, is spooled first. A layer without a
 * known digest is hashed.
 *
 * Docker 25 and later write an OCI layout and a `manifest.json` into one archive. Of these the layout is read, because
 * it has the image's own manifest and digest. If the layout is damaged, `manifest.json` is read, with a warning.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`.
 * @param options `entry` (the archive's path in a zip of several), `limits`, `onOpenProgress`, `onWarning` and
 *   `signal`; an abort rejects with the signal's reason.
 * @returns the open archive: its images, format and warnings. Call its `close()` when the images are no longer needed.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if it is an archive, but has no image, or an incomplete one.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { openArchive } from 'registry-api-v2-client/node'
 *
 * const archive = await openArchive('exported.tar')
 * for (const image of archive.images) console.log(image.names) // [ 'registry.example.com/team/app:v7' ]
 * await archive.close()
 * ```
 */
export async function openArchive(archive: ArchiveInput, options: ReadOptions = {}): Promise<Archive> {
  const { input, close } = await openInput(archive, options)
  try {
    const opened = await core.openArchive(input, inNode(options))
    return Object.freeze(disposable({ ...opened, close: () => opened.close().finally(close) }))
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Describes one image of an archive: its names, its config, and its layers with their sizes and digests.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
 * @param options `image` chooses the image by a name or by its index from 0, and `platform` one of its platforms. The
 *   others are those of `openArchive`.
 * @returns the image's description.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no image, or several images or platforms and none is chosen; or if it
 *   is an artifact.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { inspectDockerTar } from 'registry-api-v2-client/node'
 *
 * const { os, architecture, layers } = await inspectDockerTar('exported.tar')
 * console.log(`${os}/${architecture}`) // 'linux/amd64'
 * console.log(layers.length) // 2
 * ```
 */
export function inspectDockerTar(
  archive: ArchiveInput | Archive,
  options: ReadOptions & PlatformChoice = {},
): Promise<ImageInspect> {
  return withInput(archive, options, (input) => core.inspectDockerTar(input, inNode(options)))
}

/**
 * Checks that a file is an archive of images that can be pushed. Of a multi-platform image, at least one platform must
 * be in the archive, because Docker saves only the platforms that were pulled.
 *
 * By default it compares manifests and configs with their digests. Layers and the blobs of artifacts must exist, but
 * are not read. With `verify` it reads and compares these too; a push always does.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
 * @param options `verify` reads all bytes (default: false). The others are those of `openArchive`; `onWarning` gets
 *   the reason if the result is false.
 * @returns true if the archive can be pushed. A damaged file, or one that is not an archive of images, gives false.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the path cannot be opened.
 * @example
 * ```ts
 * import { validateDockerTar } from 'registry-api-v2-client/node'
 *
 * const isValid = await validateDockerTar('exported.tar', { onWarning: (reason) => console.warn(reason) })
 * console.log(isValid) // true
 * ```
 */
export function validateDockerTar(archive: ArchiveInput | Archive, options: ValidateOptions = {}): Promise<boolean> {
  return withInput(archive, options, (input) => core.validateDockerTar(input, inNode(options)))
}

/**
 * Reads the `manifest.json` of an archive: its images with the paths of their configs and layers, by Docker's field
 * names.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
 * @param options The options of `openArchive`.
 * @returns one entry for each image, in the file's order.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no `manifest.json`, or no image.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { getTarManifest } from 'registry-api-v2-client/node'
 *
 * const [image] = await getTarManifest('exported.tar')
 * console.log(image?.RepoTags) // [ 'registry.example.com/team/app:v7' ]
 * ```
 */
export function getTarManifest(
  archive: ArchiveInput | Archive,
  options: ReadOptions = {},
): Promise<readonly TarManifestEntry[]> {
  return withInput(archive, options, (input) => core.getTarManifest(input, inNode(options)))
}

/**
 * Lists the names of all images of an archive, as the archive has them, such as `localhost:5000/team/app:v1`. It
 * leaves out digests, IDs and `<none>:<none>`. `parseRepositoryTag` splits a name.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
 * @param options The options of `openArchive`.
 * @returns the names, in the archive's order.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if it is an archive, but has no image, or an incomplete one.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { extractOriginalTags } from 'registry-api-v2-client/node'
 *
 * console.log(await extractOriginalTags('exported.tar')) // [ 'registry.example.com/team/app:v7' ]
 * ```
 */
export function extractOriginalTags(
  archive: ArchiveInput | Archive,
  options: ReadOptions = {},
): Promise<readonly string[]> {
  return withInput(archive, options, (input) => core.extractOriginalTags(input, inNode(options)))
}

/**
 * Finds the repository and tag that an image is pushed to by default: its first name, without the registry.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
 * @param options `image` chooses the image by a name or by its index from 0. The others are those of `openArchive`.
 * @returns the repository and the tag, or `undefined` if the image has no name that it can be pushed by.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no image, or several images and none is chosen.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { getPrimaryTag } from 'registry-api-v2-client/node'
 *
 * console.log(await getPrimaryTag('exported.tar')) // { repository: 'team/app', tag: 'v7' }
 * ```
 */
export function getPrimaryTag(
  archive: ArchiveInput | Archive,
  options: ReadOptions & ImageChoice = {},
): Promise<RepositoryTag | undefined> {
  return withInput(archive, options, (input) => core.getPrimaryTag(input, inNode(options)))
}

/**
 * Lists the files of a zip, such as the artifact of a CI system. Pass the path of one as the option `entry` to push
 * that archive. It reads only the zip's directory.
 *
 * @param zip The path or `file:` URL of a file; or a `Blob` or bytes.
 * @param options `limits` of the zip's directory, and `signal`; an abort rejects with the signal's reason.
 * @returns the path and the sizes in bytes of each file.
 * @throws {TypeError} if `zip` has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not a zip, is damaged, or exceeds a limit.
 * @example
 * ```ts
 * import { listZipEntries } from 'registry-api-v2-client/node'
 *
 * const files = await listZipEntries('artifact.zip')
 * console.log(files.map(({ path }) => path)) // [ 'exported.tar' ]
 * ```
 */
export function listZipEntries(
  zip: SourceInput | string | URL,
  options: Pick<ReadOptions, 'signal' | 'limits'> = {},
): Promise<readonly ZipEntry[]> {
  return withInput(zip, options, (input) => core.listZipEntries(input as SourceInput, options))
}
