import { loaded } from '../../async/lazy.ts'
import { withControl } from '../../control/controller.ts'
import type { Image, WritableArchive, WriteOptions } from '../../index.ts'
import * as core from '../../index.ts'
import { inNode } from '../node-runtime.ts'
import type { ArchiveOutput } from '../save/output.ts'
import type { SavedArchive } from '../save/save-archive.ts'
import type { SavedLayout, SaveLayoutOptions } from '../save/save-layout.ts'

// The functions of "." that write archives, in the runtime of Node, Deno and Bun.

/**
 * Writes images into one tar, for `docker load`, `podman load`, `skopeo`, `ctr images import` and every other reader of
 * OCI layouts or `docker save` archives. Manifests and blobs keep their bytes, each blob is written once, and the same
 * images give the same tar on every runtime.
 *
 * @param images The images of an open archive, or of several archives.
 * @param options `images`, `platform`, `platforms`, `rename`, `names`, `format`, `compress`, `decompress`,
 *   `onProgress`, `controller`, `signal` and others: see `WriteOptions`.
 * @returns the archive: its `size` in bytes, and `stream()` for its bytes. Call its `close()` when it is written.
 * @throws {TypeError} if `images` or an option has the wrong type.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0.
 * @throws {ValidationError} if there is no image, two images have one name, a name is not valid, or a platform must be
 *   chosen.
 * @throws {TarReadError} if a layer that is compressed or decompressed here cannot be read, is damaged, or exceeds a
 *   limit.
 * @throws {DigestMismatchError} if bytes do not match their digest. Mostly it comes from the stream, before its end.
 * @example
 * ```ts
 * import { createWriteStream } from 'node:fs'
 * import { pipeline } from 'node:stream/promises'
 * import { openArchive, writeArchive } from 'registry-api-v2-client/node'
 *
 * const archive = await openArchive('exported.tar')
 * const written = await writeArchive(archive.images, { rename: () => 'registry.example.com/team/app:v8' })
 * await pipeline(written.stream(), createWriteStream('renamed.tar'))
 * await written.close()
 * await archive.close()
 * ```
 */
export async function writeArchive(images: readonly Image[], options: WriteOptions = {}): Promise<WritableArchive> {
  return core.writeArchive(images, inNode(options))
}

/**
 * Writes images into a tar, and the tar to a file, a pipe or a stream. It is the tar of `writeArchive`.
 *
 * A file gets its name when the tar is whole and on the disk. Until then it has a temporary name in the same folder,
 * `.registry-api-v2-client-save-…`. An error or an abort removes it. If the process is killed, the next call for that
 * folder removes it. A stream gets the tar in order, as fast as it takes it. The call ends the stream, unless it is
 * `process.stdout` or `process.stderr`. After an error it destroys the stream.
 *
 * @param images The images of an open archive, or of several archives.
 * @param to The path or `file:` URL of a file or a pipe, or a Node stream such as `process.stdout`. A file that exists
 *   is replaced.
 * @param options `images`, `platform`, `platforms`, `rename`, `names`, `format`, `signal`, `onWarning` and others: see
 *   `WriteOptions`.
 * @returns the `size` of the tar in bytes, and the `images` in it.
 * @throws {TypeError} if `images`, `to` or an option has the wrong type.
 * @throws {TarReadError} if bytes of a source cannot be read.
 * @throws {ValidationError} if there is no image, two images have one name, a name is not valid, or a platform must be
 *   chosen.
 * @throws {DigestMismatchError} if bytes do not match their digest.
 * @throws {RegistryError} if the file or the stream cannot be written: the disk is full, the folder is missing, or the
 *   reader has closed the pipe.
 * @example
 * ```ts
 * import { openArchive, saveArchive } from 'registry-api-v2-client/node'
 *
 * const archive = await openArchive('exported.tar')
 * const { size, images } = await saveArchive(archive.images, 'saved.tar', { platform: 'linux/amd64' })
 * console.log(size) // …
 * console.log(images[0]?.names) // …
 * await archive.close()
 * ```
 */
export async function saveArchive(
  images: readonly Image[],
  to: ArchiveOutput,
  options: WriteOptions = {},
): Promise<SavedArchive> {
  return withControl(inNode(options), async (options) => {
    const { saveToOutput } = await loaded(import('../save/save-archive.ts'), options.signal)
    return saveToOutput(async () => images, to, options)
  })
}

/**
 * Writes images into a folder, as an OCI image layout. skopeo, oras, podman and buildah read it:
 * `skopeo copy oci:folder:v7 …`.
 *
 * A blob that the folder has already is read and verified, and not written again unless it is damaged. Images that the
 * folder has already stay in `index.json`, except those whose names are written. `index.json` changes at the end, at
 * once. Several processes may write into one folder at the same time. After an error or an abort, `index.json` is as
 * before; whole blobs stay, and the next call uses them.
 *
 * @param images The images of an open archive, or of several archives.
 * @param folder The path or `file:` URL of the folder. It is created if it does not exist.
 * @param options `images`, `platform`, `platforms`, `rename`, `names`, `signal`, `onWarning` and others: see
 *   `WriteOptions`.
 * @returns the `images` that were written.
 * @throws {TypeError} if `images`, `folder` or an option has the wrong type.
 * @throws {TarReadError} if bytes of a source cannot be read.
 * @throws {ValidationError} if there is no image, two images have one name, a name is not valid, a platform must be
 *   chosen, or the folder has an `index.json` that is not an index.
 * @throws {DigestMismatchError} if bytes do not match their digest.
 * @throws {RegistryError} if the folder cannot be written: the disk is full, or the user has no right to it.
 * @example
 * ```ts
 * import { openArchive, saveLayout } from 'registry-api-v2-client/node'
 *
 * const archive = await openArchive('exported.tar')
 * const { images } = await saveLayout(archive.images, 'layout')
 * console.log(images[0]?.digest) // 'sha256:…'
 * await archive.close()
 * ```
 */
export async function saveLayout(
  images: readonly Image[],
  folder: string | URL,
  options: SaveLayoutOptions = {},
): Promise<SavedLayout> {
  return withControl(inNode(options), async (options) => {
    const { saveToFolder } = await loaded(import('../save/save-layout.ts'), options.signal)
    return saveToFolder(async () => images, folder, options)
  })
}
