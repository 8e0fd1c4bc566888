import { constants, deflateRawSync } from 'node:zlib'
import type { ByteStream } from '../../source/stream.ts'
import { compressBlocks } from './blocks.ts'
import { crc32 } from './crc32.ts'

/**
 * The gzip header without name and time (RFC 1952 § Member format). The operating system is always the one that `gzip`
 * writes on Unix.
 */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
/** An empty final deflate block (RFC 1951 § Details of block format). */
const END = Uint8Array.of(3, 0)
const BLOCK = 1024 * 1024

/**
 * Compresses on all cores, as pigz does. Each block is compressed separately, with the end of the previous block as its
 * dictionary. Concatenated, the blocks are one deflate stream.
 */
export async function* compressGzip(bytes: ByteStream, level: number): AsyncGenerator<Uint8Array> {
  let checksum = 0
  let size = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      checksum = crc32(piece, checksum)
      size += piece.byteLength
      yield piece
    }
  }
  // Each block ends at a byte boundary, so that the next can follow.
  const deflate = { level, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: BLOCK + 32 * 1024 }
  yield HEADER
  yield* compressBlocks(counted(), {
    blockSize: BLOCK,
    hasDictionary: true,
    job: { deflate },
    compress: (block) => deflateRawSync(block, deflate),
  })
  yield END
  yield trailer(checksum, size)
}

function trailer(checksum: number, size: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setUint32(0, checksum, true)
  bytes.setUint32(4, size % 2 ** 32, true)
  return new Uint8Array(bytes.buffer)
}
