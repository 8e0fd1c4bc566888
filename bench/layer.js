import { createCipheriv, createHash } from 'node:crypto'
import { tarEnd, tarHeader } from './tar.js'

/**
 * What a layer is made of.
 *
 * @typedef {object} LayerSpec
 * @property {string} seed The same seed gives the same bytes.
 * @property {number} bytes Of its one file, about.
 * @property {'noise' | 'mixed'} kind Noise cannot be compressed; mixed is to one half text.
 */

const MIB = 1024 ** 2
const TEXT = Buffer.alloc(MIB / 2, 'some text that packs well, as most of what stands in files does; ')

/**
 * Makes a layer: a tar of one file.
 *
 * @param {LayerSpec} spec
 * @param {(bytes: Uint8Array) => Promise<void>} write
 */
export async function writeLayer({ seed, bytes, kind }, write) {
  const size = Math.max(Math.ceil(bytes / 512) * 512, 512)
  const noise = createNoise(seed)
  await write(tarHeader('data', size))
  for (let position = 0; position < size; position += MIB) {
    const block = noise()
    // Behind the noise: small layers are no copies of one another.
    if (kind === 'mixed') TEXT.copy(block, MIB / 2)
    await write(block.subarray(0, Math.min(size - position, MIB)))
  }
  await write(tarEnd())
}

/**
 * Bytes that look random, a MiB at a time: the key stream of a cipher, which is made as fast as it can be written.
 *
 * @param {string} seed
 * @returns {() => Buffer}
 */
function createNoise(seed) {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16)
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(MIB)
  return () => cipher.update(zeros)
}
