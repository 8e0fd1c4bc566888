import { loaded } from '../async/lazy.ts'
import { DigestMismatchError, TarReadError, ValidationError } from '../errors.ts'
import type { ImageChoice, PlatformChoice } from '../images/choose-image.ts'
import { isWhole, runnableImages } from '../images/platforms.ts'
import { dropRegistry, isName, type RepositoryTag } from '../oci/reference.ts'
import { type Archive, MANIFEST_PATH, withArchive } from './archive.ts'
import { chosenImage } from './chosen-image.ts'
import type { TarManifestEntry } from './docker-manifest.ts'
import type { ImageInspect } from './image-inspect.ts'
import type { ArchiveInput } from './input.ts'
import type { ReadOptions } from './read-options.ts'

/**
 * Tells all about one image of an archive: names, config, layers with sizes and digests. Throws what `openArchive` throws.
 *
 * @throws {ValidationError} if the archive holds several images, or the image several platforms, and none is chosen
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
 * Reads an archive's `manifest.json`: its images with the paths of their configs and layers, by Docker's field names. Throws what
 * `openArchive` throws.
 *
 * @throws {ValidationError} if the archive has no such file
 */
export async function getTarManifest(
  archive: ArchiveInput | Archive,
  options: ReadOptions = {},
): Promise<readonly TarManifestEntry[]> {
  return withArchive(archive, options, ({ tarManifest, format }) => {
    if (tarManifest) return tarManifest
    throw new ValidationError(
      `Cannot read a list of images: an archive of the format "${format}" has none in a "manifest.json"; openArchive() tells what it holds`,
      { path: MANIFEST_PATH },
    )
  })
}

const ARCHIVE_FAULTS = [TarReadError, ValidationError, DigestMismatchError]

/** How to validate an archive. */
export interface ValidateOptions extends ReadOptions {
  /** Reads all bytes: compares each blob with its digest, and each compressed layer with its diff ID. @default false */
  readonly verify?: boolean | undefined
}

/**
 * Tells whether a file is an archive of images that can be pushed. Of a multi-platform image, one platform has to be there: Docker writes
 * and loads archives of those that were pulled. By default, manifests and configs are read and compared with their digests; layers and the
 * blobs of artifacts have to be there, but their bytes are not read. A push compares those with their digests. `verify` reads them here.
 *
 * @returns false where the file is no such archive; `onWarning` is told why. A file that cannot be opened at all rejects.
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
 * Lists the names of all images of an archive that can be pushed by, as they stand there: `localhost:5000/team/app:v1`. Digests, IDs and
 * `<none>:<none>` are left out. `parseRepositoryTag` takes a name apart. Throws what `openArchive` throws.
 */
export async function extractOriginalTags(
  archive: ArchiveInput | Archive,
  options: ReadOptions = {},
): Promise<readonly string[]> {
  return withArchive(archive, options, ({ images }) => images.flatMap(({ names }) => names.filter(isName)))
}

/**
 * Finds where an image would be pushed by its own name: the first that it can be pushed by, without the registry. Throws what `openArchive` throws.
 *
 * @returns nothing if the image has no such name
 * @throws {ValidationError} if the archive holds several images and none is chosen
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
