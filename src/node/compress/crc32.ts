import * as zlib from 'node:zlib'

type Crc32 = (bytes: Uint8Array, before?: number) => number

/**
 * Computes the CRC-32 of bytes (RFC 1952 § CRC). Node's zlib has it from 22.2 on.
 *
 * @param before The CRC-32 of the preceding bytes. @default 0
 */
export const crc32: Crc32 = (zlib as { readonly crc32?: Crc32 }).crc32 ?? createCrc32()

function createCrc32(): Crc32 {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1
    return byte
  })
  return (bytes, before = 0) => {
    let checksum = ~before
    for (const byte of bytes) checksum = (table[(checksum ^ byte) & 0xff] as number) ^ (checksum >>> 8)
    return ~checksum >>> 0
  }
}
