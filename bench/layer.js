import { createCipheriv, createHash } from 'node:crypto'
import { installedFiles } from './installed.js'
import { tarEnd, tarHeader } from './tar.js'

/**
 * What a layer is made of.
 *
 * @typedef {object} LayerSpec
 * @property {string} seed The same seed gives the same bytes.
 * @property {number} bytes Of its files, about.
 * @property {number} [files] How many there are, of one size. Default: 1. What is installed has its own.
 * @property {'noise' | 'mixed' | 'installed'} kind Noise cannot be compressed; three quarters of what is mixed are words; what is installed is what npm
 *   has installed here, which compresses as real layers do.
 */

const MIB = 1024 ** 2
/** Their number is a power of two; each takes two words of 32 bits. */
const WORDS = createWords(4096)

/**
 * Makes a layer: a tar.
 *
 * @param {LayerSpec} spec
 * @param {(bytes: Uint8Array) => Promise<void>} write
 */
export async function writeLayer(spec, write) {
  if (spec.kind === 'installed') for (const file of installedFiles(spec.seed, spec.bytes)) await write(file)
  else await writeFiles(spec, write)
  await write(tarEnd())
}

/**
 * @param {LayerSpec} spec
 * @param {(bytes: Uint8Array) => Promise<void>} write
 */
async function writeFiles({ seed, bytes, files = 1, kind }, write) {
  const size = Math.max(Math.ceil(bytes / files / 512) * 512, 512)
  const noise = createNoise(seed)
  for (let file = 0; file < files; file++) await writeFile(`data${file || ''}`, size)

  /**
   * @param {string} name
   * @param {number} size
   */
  async function writeFile(name, size) {
    await write(tarHeader(name, size))
    for (let position = 0; position < size; position += MIB) {
      const block = noise()
      if (kind === 'mixed') putWords(block)
      await write(block.subarray(0, Math.min(size - position, MIB)))
    }
  }
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

/**
 * Puts words in the place of most of the noise, which chooses them.
 *
 * @param {Buffer} block
 */
function putWords(block) {
  const view = new Uint32Array(block.buffer, block.byteOffset, block.length / 4)
  for (let index = view.length / 4; index < view.length; index += 2) {
    const word = (view[index] ?? 0) & (WORDS.length / 2 - 1)
    view[index] = WORDS[2 * word] ?? 0
    view[index + 1] = WORDS[2 * word + 1] ?? 0
  }
}

/**
 * Words of seven letters, and a space behind each.
 *
 * @param {number} count
 */
function createWords(count) {
  const letters = createNoise('words')().subarray(0, count * 8)
  const text = letters.map((byte, index) => (index % 8 === 7 ? 0x20 : 0x61 + (byte % 26)))
  return new Uint32Array(Uint8Array.from(text).buffer)
}
