import { DigestMismatchError, TarReadError, ValidationError } from '../errors.ts'
import { dropRegistry, type RepositoryTag } from '../oci/reference.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import { chooseImage } from './choose-image.ts'
import { openDockerArchive, type TarManifestEntry } from './docker-archive.ts'
import { type ImageInspect, inspectImage } from './inspect.ts'
import type { ImageChoice, ReadOptions } from './options.ts'
import { readImage, readImages } from './read-images.ts'

/**
 * Tells all about one image of an archive: names, config, layers with sizes and digests.
 * Headers and small JSON are read; of a layer at most its first bytes, unless it is compressed and its path gives no digest.
 * Throws what `readImage` throws.
 */
export async function inspectDockerTar(
  archive: SourceInput,
  options: ReadOptions & ImageChoice = {},
): Promise<ImageInspect> {
  return inspectImage(await readImage(archive, options))
}

/**
 * Reads an archive's `manifest.json`: its images with the paths of their configs and layers, by Docker's field names.
 *
 * @throws {TarReadError} if the archive is not a tar, or is damaged
 * @throws {ValidationError} if it is a tar, but not one of images
 */
export async function getTarManifest(
  archive: SourceInput,
  options: ReadOptions = {},
): Promise<readonly TarManifestEntry[]> {
  return (await openDockerArchive(toSource(archive), options.signal)).manifest
}

const ARCHIVE_FAULTS = [TarReadError, ValidationError, DigestMismatchError]

/**
 * Tells whether a file is a whole `docker save` archive: every image's config is read, every layer is there.
 * To learn what is wrong with it, call `inspectDockerTar`.
 *
 * @returns false where the file is no such archive. A file that cannot be opened at all rejects.
 */
export async function validateDockerTar(archive: SourceInput, options: ReadOptions = {}): Promise<boolean> {
  try {
    await readImages(archive, options)
    return true
  } catch (error) {
    if (ARCHIVE_FAULTS.some((fault) => error instanceof fault)) return false
    throw error
  }
}

/**
 * Lists the names of all images of an archive, as they stand there: `localhost:5000/team/app:v1`.
 * `parseRepositoryTag` takes one apart. Throws what `getTarManifest` throws.
 */
export async function extractOriginalTags(archive: SourceInput, options: ReadOptions = {}): Promise<readonly string[]> {
  const manifest = await getTarManifest(archive, options)
  return manifest.flatMap((entry) => entry.RepoTags ?? [])
}

/**
 * Finds where an image would be pushed by its own name: its first name, without the registry.
 *
 * @returns nothing if the image has no name
 * @throws {TarReadError} if the archive is not a tar, or is damaged
 * @throws {ValidationError} if it holds no image, or several and none is chosen, or the name is none
 */
export async function getPrimaryTag(
  archive: SourceInput,
  options: ReadOptions & ImageChoice = {},
): Promise<RepositoryTag | undefined> {
  const name = chooseImage(await getTarManifest(archive, options), options).RepoTags?.[0]
  return name === undefined ? undefined : dropRegistry(name)
}
