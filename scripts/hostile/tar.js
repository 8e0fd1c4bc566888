import { createHash } from 'node:crypto'

/**
 * A header of a tar.
 *
 * @param {string} name
 * @param {number} size In bytes.
 * @param {string} [type]
 */
export function header(name, size, type = '0') {
  const block = Buffer.alloc(512)
  block.write(name.slice(0, 100))
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  block.write('        ', 148)
  block.write(type, 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/**
 * An entry of a tar.
 *
 * @param {string} name
 * @param {string | Buffer} data
 * @param {string} [type]
 */
export function entry(name, data, type) {
  const bytes = Buffer.from(data)
  return Buffer.concat([header(name, bytes.length, type), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

/** @param {readonly Buffer[]} entries */
export const tar = (entries) => Buffer.concat([...entries, Buffer.alloc(1024)])

/** @param {string | Buffer} data */
export const digestOf = (data) => `sha256:${createHash('sha256').update(data).digest('hex')}`
