import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import { withLastingControl } from '../control/controller.ts'
import type { Image } from '../images/image.ts'
import type { WritableArchive } from './make-archive.ts'
import type { WriteOptions } from './plan-archive.ts'

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
 * import { collectStream, openArchive, writeArchive } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const archive = await openArchive(file)
 * const written = await writeArchive(archive.images, { platform: 'linux/amd64' })
 * const tar = await collectStream(written.stream())
 * console.log(tar.size === written.size) // true
 * await written.close()
 * await archive.close()
 * ```
 */
export async function writeArchive(images: readonly Image[], options: WriteOptions = {}): Promise<WritableArchive> {
  return withLastingControl(optionsOf(options), async (options) => {
    const { makeArchive } = await loaded(import('./make-archive.ts'), options.signal)
    return makeArchive(images, options)
  })
}
