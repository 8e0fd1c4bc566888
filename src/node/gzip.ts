import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'
import { type ByteStream, inBlocks } from '../source/stream.ts'

/** No name, no time (RFC 1952 § Member format), and the operating system that `gzip` writes, wherever it runs. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
/** Deflate's last block, with nothing in it (RFC 1951 § Details of block format). */
const END = Uint8Array.of(3, 0)
/** In bytes. It decides what comes out: to change it gives all layers other digests. */
const BLOCK = 1024 * 1024
/** In bytes: so far back does deflate look. */
const WINDOW = 32 * 1024
/** Blocks of a layer that are compressed at once: as many as Node has threads for it. */
const AHEAD = 4

const deflate = promisify(deflateRaw)

/**
 * Compresses on all cores, as pigz does: each block for itself in a thread of its own, with the end of the block before it as dictionary. Laid end to end they
 * are one deflate stream.
 */
export async function* compressGzip(bytes: ByteStream, level: number): AsyncGenerator<Uint8Array> {
  yield HEADER
  const underWay: Promise<Uint8Array>[] = []
  let dictionary: Uint8Array | undefined
  let checksum = 0
  let size = 0
  for await (const block of inBlocks(bytes, BLOCK)) {
    checksum = crc32(block, checksum)
    size += block.byteLength
    underWay.push(compressBlock(block, level, dictionary))
    dictionary = block.subarray(-WINDOW)
    if (underWay.length >= AHEAD) yield (await underWay.shift()) as Uint8Array
  }
  for (const packed of underWay) yield await packed
  yield END
  yield trailer(checksum, size)
}

function compressBlock(block: Uint8Array, level: number, dictionary: Uint8Array | undefined): Promise<Uint8Array> {
  // Ended at a whole byte, so that the next can follow. All of it in one go: each further one would wait for a thread again.
  const options = { level, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: block.byteLength + WINDOW }
  const packed = deflate(block, { ...options, ...(dictionary && { dictionary }) })
  // It may fail while the one before it is awaited; who awaits it learns of that.
  packed.catch(() => undefined)
  return packed
}

function trailer(checksum: number, size: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setUint32(0, checksum, true)
  bytes.setUint32(4, size % 2 ** 32, true)
  return new Uint8Array(bytes.buffer)
}
