import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js'
import { concat } from './tar.ts'

/** Packs with gzip, as every runtime can. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

/** Packs with Zstandard in the simplest way, which any decoder has to take: blocks of raw bytes (RFC 8878 § Blocks). */
export function zstd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, 0xfd2fb528, true)
  // One segment, with its size in eight bytes.
  header.setUint8(4, 0xe0)
  header.setBigUint64(5, BigInt(bytes.length), true)
  const parts = [new Uint8Array(header.buffer)]
  const blockSize = 64 * 1024
  for (let start = 0; start === 0 || start < bytes.length; start += blockSize) {
    const block = bytes.slice(start, start + blockSize)
    const isLast = start + blockSize >= bytes.length
    const blockHeader = (block.length << 3) | (isLast ? 1 : 0)
    parts.push(Uint8Array.of(blockHeader & 255, (blockHeader >> 8) & 255, blockHeader >> 16), block)
  }
  return concat(parts)
}

/** Packs files into a zip: compressed, or stored as they are. */
export async function zip(
  files: Readonly<Record<string, Uint8Array>>,
  options: { stored?: boolean; password?: string } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const level = options.stored ? 0 : 6
  const writer = new ZipWriter(new BlobWriter(), { level, useWebWorkers: false, password: options.password })
  for (const [path, bytes] of Object.entries(files)) await writer.add(path, new Uint8ArrayReader(bytes))
  return new Uint8Array(await (await writer.close()).arrayBuffer())
}
