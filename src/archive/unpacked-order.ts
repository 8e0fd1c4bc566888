import { loaded } from '../load.ts'
import type { Digest } from '../oci/digest.ts'
import type { Image } from '../oci/image.ts'
import { digestOfSource } from '../oci/verify.ts'
import type { Source } from '../source/source.ts'
import { measureStream } from '../source/spool.ts'
import type { ByteStream } from '../source/stream.ts'
import { packingOf, readHead } from '../unpack/packing.ts'
import type { Reading } from './reading.ts'

/**
 * Tells whether the layers of an image are those of its config's diff IDs, and in their order. Compressed layers are unpacked for it, to the end.
 *
 * @throws {TarReadError} if a layer cannot be unpacked, or goes over a limit
 */
export async function fitsConfig(reading: Reading, { layers, configuration }: Image): Promise<boolean> {
  const diffIds = configuration?.diffIds ?? []
  for (const [position, { digest, source }] of layers.entries()) {
    if (!source || digest === diffIds[position]) continue
    if ((await diffIdOf(reading, source)) !== diffIds[position]) return false
  }
  return layers.length === diffIds.length
}

/** The digest of a layer when it is not compressed. */
async function diffIdOf({ limits, createHasher, onProgress, signal }: Reading, source: Source): Promise<Digest> {
  if (!packingOf(await readHead(source, signal))) return digestOfSource(source, createHasher, signal)
  const { unpack } = await loaded(import('../unpack/unpack.ts'), signal)
  const hasher = await createHasher()
  async function* hashed(stream: ByteStream): AsyncGenerator<Uint8Array> {
    for await (const piece of stream) {
      hasher.update(piece)
      yield piece
    }
  }
  const unpacked = await unpack(
    { source },
    {
      limits,
      signal,
      entry: undefined,
      spool: (stream) => measureStream(hashed(stream)),
      onSpooled: (doneBytes) => onProgress({ phase: 'hash', doneBytes, totalBytes: undefined }),
    },
  )
  await unpacked.close()
  return hasher.digest()
}
