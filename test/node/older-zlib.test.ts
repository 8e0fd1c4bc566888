import { gunzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { createNativeEncoder } from '../../src/node/compress/native-encoder.ts'
import { createPortableEncoder, type Encoder } from '../../src/node/index.ts'

// The zlib of Node 22.0: crc32 came with 22.2, zstd with 22.15.
vi.mock('node:zlib', async (original) => ({
  ...(await original<object>()),
  crc32: undefined,
  zstdCompressSync: undefined,
}))

/** More than one block of zstd, in two pieces. */
const text = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => `${index ** 3 % 1009}`).join(' ')).subarray(
  0,
  5e6,
)

async function encode(encoder: Encoder): Promise<Buffer> {
  async function* pieces() {
    yield text.subarray(0, 3_000_000)
    yield text.subarray(3_000_000)
  }
  const made: Uint8Array[] = []
  for await (const piece of encoder.encode(pieces())) made.push(piece)
  return Buffer.concat(made)
}

describe('the encoders of ./node where zlib lacks crc32 and zstd', () => {
  it('give gzip whose checksum is right', async () => {
    expect(gunzipSync(await encode(await createNativeEncoder('gzip'))).equals(text)).toBe(true)
  })

  it('give the zstd of every runtime, by WebAssembly in threads', async () => {
    const [inThreads, here] = [await createNativeEncoder('zstd'), await createPortableEncoder('zstd')]
    expect((await encode(inThreads)).equals(await encode(here))).toBe(true)
  })
})
