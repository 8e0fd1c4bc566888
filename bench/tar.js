const BLOCK = 512

/**
 * The header of a file in a tar.
 *
 * @param {string} name At most 100 bytes.
 * @param {number} size In bytes, below 8 GiB.
 */
export function tarHeader(name, size) {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0)
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write('0', 156)
  block.write('ustar\u000000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/**
 * A whole file in a tar.
 *
 * @param {string} name
 * @param {Uint8Array} data
 */
export function tarFile(name, data) {
  return Buffer.concat([tarHeader(name, data.length), data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)])
}

/** What stands at the end of a tar. */
export function tarEnd() {
  return Buffer.alloc(2 * BLOCK)
}
