import type { Image, WritableArchive, WriteOptions } from '../../index.ts'
import * as core from '../../index.ts'
import { inNode } from '../node-runtime.ts'

// The functions of "." that write archives, in the runtime of Node, Deno and Bun.

/**
 * Writes images into one tar, for `docker load`, `podman load`, `skopeo`, `ctr images import` and every other reader of
 * OCI layouts or `docker save` archives. Manifests and blobs keep their bytes, each blob is written once, and the same
 * images give the same tar on every runtime.
 *
 * @param images The images of an open archive, or of several archives.
 * @param options `images`, `platform`, `platforms`, `rename`, `names`, `format`, `onProgress`, `controller`, `signal`
 *   and others: see `WriteOptions`.
 * @returns the archive: its `size` in bytes, and `stream()` for its bytes. Call its `close()` when it is written.
 * @throws {TypeError} if `images` or an option has the wrong type.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0.
 * @throws {ValidationError} if there is no image, two images have one name, a name is not valid, or a platform must be
 *   chosen.
 * @throws {DigestMismatchError} if bytes do not match their digest. It comes from the stream, before its end.
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
export function writeArchive(images: readonly Image[], options: WriteOptions = {}): Promise<WritableArchive> {
  return core.writeArchive(images, inNode(options))
}
