/// <reference lib="esnext.disposable" preserve="true" />

import { disposable } from '../source/disposable.ts'
import { readFiles } from './contents.ts'
import type { ArchiveContents } from './format.ts'
import { type ArchiveInput, openInput } from './input.ts'
import { withDefaultLimits } from './limits.ts'
import type { ReadOptions } from './read-options.ts'

/** An open archive: its images, and where the bytes are. */
export interface Archive extends ArchiveContents, AsyncDisposable {
  /** Anything in the archive that is unusual, but harmless. */
  readonly warnings: readonly string[]
  /** Closes the file, or what was spooled. The images' bytes cannot be read after it. `await using` calls it. */
  close(): Promise<void>
}

/**
 * Opens an archive of images and reads what it holds. It reads headers and small JSON files, and at most the first
 * bytes of each layer. A stream, and an archive packed with gzip, zstd or zip, is spooled first. A layer without a
 * known digest is hashed.
 *
 * Docker 25 and later write an OCI layout and a `manifest.json` into one archive. Of these the layout is read, because
 * it has the image's own manifest and digest. If the layout is damaged, `manifest.json` is read, with a warning.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder.
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
 * import { openArchive } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const archive = await openArchive(file)
 * for (const image of archive.images) console.log(image.names) // [ 'registry.example.com/team/app:v7' ]
 * await archive.close()
 * ```
 */
export async function openArchive(archive: ArchiveInput, options: ReadOptions = {}): Promise<Archive> {
  const limits = withDefaultLimits(options.limits)
  const { files, close } = await openInput(archive, limits, options)
  try {
    return Object.freeze(disposable({ ...(await readFiles(files, limits, options)), close }))
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens an archive while it is used. An archive that is already open stays open. */
export async function withArchive<T>(
  input: ArchiveInput | Archive,
  options: ReadOptions,
  use: (archive: Archive) => Promise<T> | T,
): Promise<T> {
  if (isArchive(input)) {
    options.signal?.throwIfAborted()
    return use(input)
  }
  const archive = await openArchive(input, options)
  try {
    return await use(archive)
  } finally {
    await archive.close()
  }
}

/** Distinguishes an open archive from the input of one. */
function isArchive(input: unknown): input is Archive {
  return typeof input === 'object' && input !== null && 'images' in input && 'warnings' in input
}
