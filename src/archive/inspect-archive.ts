import { loaded } from '../async/lazy.ts'
import { DigestMismatchError, TarReadError, ValidationError } from '../errors.ts'
import type { ImageChoice, PlatformChoice } from '../images/choose-image.ts'
import { isWhole, runnableImages } from '../images/platforms.ts'
import { MANIFEST_PATH } from '../oci/image-layout.ts'
import { dropRegistry, isName, type RepositoryTag } from '../oci/reference.ts'
import { type Archive, withArchive } from './archive.ts'
import { chosenImage } from './chosen-image.ts'
import type { TarManifestEntry } from './docker-manifest.ts'
import type { ImageInspect } from './image-inspect.ts'
import type { ArchiveInput } from './input.ts'
import type { ReadOptions } from './read-options.ts'

/**
 * Describes one image of an archive: its names, its config, and its layers with their sizes and digests.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
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
 * import { inspectDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const { os, architecture, layers } = await inspectDockerTar(file)
 * console.log(`${os}/${architecture}`) // 'linux/amd64'
 * console.log(layers.length) // 2
 * ```
 */
export async function inspectDockerTar(
  archive: ArchiveInput | Archive,
  options: ReadOptions & PlatformChoice = {},
): Promise<ImageInspect> {
  return withArchive(archive, options, async (archive) => {
    const { inspectImage } = await loaded(import('./image-inspect.ts'), options.signal)
    return inspectImage(await chosenImage(archive, options), options.platform)
  })
}

/**
 * Reads the `manifest.json` of an archive: its images with the paths of their configs and layers, by Docker's field
 * names.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param options The options of `openArchive`.
 * @returns one entry for each image, in the file's order.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no `manifest.json`, or no image.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { getTarManifest } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const [image] = await getTarManifest(file)
 * console.log(image?.RepoTags) // [ 'registry.example.com/team/app:v7' ]
 * ```
 */
export async function getTarManifest(
  archive: ArchiveInput | Archive,
  options: ReadOptions = {},
): Promise<readonly TarManifestEntry[]> {
  return withArchive(archive, options, ({ tarManifest, format }) => {
    if (tarManifest) return tarManifest
    throw new ValidationError(
      'NOT_SUPPORTED',
      `Cannot read a list of images: an archive of the format "${format}" has none in a "manifest.json"`,
      { remedy: 'openArchive() tells what it holds', path: MANIFEST_PATH },
    )
  })
}

const ARCHIVE_FAULTS = [TarReadError, ValidationError, DigestMismatchError]

/** The options of `validateDockerTar`. */
export interface ValidateOptions extends ReadOptions {
  /** Reads all bytes: compares each blob with its digest, and each compressed layer with its diff ID. @default false */
  readonly verify?: boolean | undefined
}

/**
 * Checks that a file is an archive of images that can be pushed. Of a multi-platform image, at least one platform must
 * be in the archive, because Docker saves only the platforms that were pulled.
 *
 * By default it compares manifests and configs with their digests. Layers and the blobs of artifacts must exist, but
 * are not read. With `verify` it reads and compares these too; a push always does.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param options `verify` reads all bytes (default: false). The others are those of `openArchive`; `onWarning` gets
 *   the reason if the result is false.
 * @returns true if the archive can be pushed. A damaged file, or one that is not an archive of images, gives false.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @example
 * ```ts
 * import { validateDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const isValid = await validateDockerTar(file, { onWarning: (reason) => console.warn(reason) })
 * console.log(isValid) // true
 * ```
 */
export async function validateDockerTar(
  archive: ArchiveInput | Archive,
  options: ValidateOptions = {},
): Promise<boolean> {
  try {
    return await withArchive(archive, options, async ({ images }) => {
      const hollow = images.find((image) => !isWhole(image) && runnableImages(image).length === 0)
      if (hollow) options.onWarning?.(`The archive holds no platform of the index ${hollow.manifest.digest}.`)
      if (hollow || !options.verify) return !hollow
      const { verifyImages } = await loaded(import('./verify-images.ts'), options.signal)
      await verifyImages(images, options)
      return true
    })
  } catch (error) {
    if (!ARCHIVE_FAULTS.some((fault) => error instanceof fault)) throw error
    options.onWarning?.((error as Error).message)
    return false
  }
}

/**
 * Lists the names of all images of an archive, as the archive has them, such as `localhost:5000/team/app:v1`. It
 * leaves out digests, IDs and `<none>:<none>`. `parseRepositoryTag` splits a name.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param options The options of `openArchive`.
 * @returns the names, in the archive's order.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if it is an archive, but has no image, or an incomplete one.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { extractOriginalTags } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * console.log(await extractOriginalTags(file)) // [ 'registry.example.com/team/app:v7' ]
 * ```
 */
export async function extractOriginalTags(
  archive: ArchiveInput | Archive,
  options: ReadOptions = {},
): Promise<readonly string[]> {
  return withArchive(archive, options, ({ images }) => images.flatMap(({ names }) => names.filter(isName)))
}

/**
 * Finds the repository and tag that an image is pushed to by default: its first name, without the registry.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param options `image` chooses the image by a name or by its index from 0. The others are those of `openArchive`.
 * @returns the repository and the tag, or `undefined` if the image has no name that it can be pushed by.
 * @throws {TypeError} if `archive` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no image, or several images and none is chosen.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @example
 * ```ts
 * import { getPrimaryTag } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * console.log(await getPrimaryTag(file)) // { repository: 'team/app', tag: 'v7' }
 * ```
 */
export async function getPrimaryTag(
  archive: ArchiveInput | Archive,
  options: ReadOptions & ImageChoice = {},
): Promise<RepositoryTag | undefined> {
  return withArchive(archive, options, async (archive) => {
    const name = (await chosenImage(archive, options)).names.find(isName)
    return name === undefined ? undefined : dropRegistry(name)
  })
}
