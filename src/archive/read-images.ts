import type { Image } from '../oci/image.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import { chooseImage } from './choose-image.ts'
import { openDockerArchive } from './docker-archive.ts'
import { readDockerImage } from './docker-image.ts'
import type { ImageChoice, ReadOptions } from './options.ts'

/**
 * Reads one image of an archive, ready to be pushed.
 *
 * @throws {TarReadError} if the archive is not a tar, or is damaged
 * @throws {ValidationError} if it holds no image, or several and none is chosen
 * @throws {DigestMismatchError} if a file is not what its path says
 */
export async function readImage(archive: SourceInput, options: ReadOptions & ImageChoice = {}): Promise<Image> {
  const opened = await openDockerArchive(toSource(archive), options.signal)
  return readDockerImage(opened, chooseImage(opened.manifest, options), options)
}

/** Reads every image of an archive, in its order. Throws what `readImage` throws, but for the choice. */
export async function readImages(archive: SourceInput, options: ReadOptions = {}): Promise<readonly Image[]> {
  const opened = await openDockerArchive(toSource(archive), options.signal)
  const images: Image[] = []
  for (const entry of opened.manifest) images.push(await readDockerImage(opened, entry, options))
  return images
}
