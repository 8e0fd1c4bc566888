import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSource } from '../../scripts/zstd-wasm.js'
import { createZstdEncoder } from '../../src/compress/zstd-encoder.ts'
import { unpackZstd } from '../../src/unpack/zstd-decoder.ts'
import { zstd } from '../support/packing.ts'
import { createRandom } from '../support/random.ts'
import { concat } from '../support/tar.ts'

const KIB = 1024
const random = createRandom(13)

/** Bytes that repeat earlier ones now and then. */
function makeBytes(length: number): Uint8Array<ArrayBuffer> {
  const words = Array.from({ length: 50 }, () => Uint8Array.from({ length: 1 + random() * 30 }, () => random() * 256))
  const parts: Uint8Array[] = []
  for (let size = 0; size < length; size += parts.at(-1)?.byteLength ?? 0) {
    parts.push(words[Math.floor(random() * words.length)] as Uint8Array)
  }
  return concat(parts).slice(0, length)
}

async function* inPiecesOf(bytes: Uint8Array, size: () => number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; ) {
    const end = start + size()
    yield bytes.subarray(start, end)
    start = end
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return concat(parts)
}

const unpack = (packed: Uint8Array, size = () => packed.byteLength) => collect(unpackZstd(inPiecesOf(packed, size)))

async function pack(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { encode } = await createZstdEncoder()
  return collect(encode(inPiecesOf(bytes, () => bytes.byteLength)))
}

describe('unpackZstd()', () => {
  // It writes up to 128 KiB at once, and its encoder makes a frame of each 2 MiB.
  it.each([0, 1, 128 * KIB - 1, 128 * KIB, 128 * KIB + 1, 256 * KIB, 5000 * KIB])(
    'gives back %d bytes, in pieces of any size',
    async (length) => {
      const bytes = makeBytes(length)
      for (const packed of [await pack(bytes), zstd(bytes)]) {
        for (const size of [() => packed.byteLength, () => 1 + Math.floor(random() * 100_000)]) {
          expect(Buffer.compare(await unpack(packed, size), bytes)).toBe(0)
        }
      }
    },
  )

  it('gives back several streams at the same time', async () => {
    const all = Array.from({ length: 5 }, () => makeBytes(1000 * KIB))
    const unpacked = await Promise.all(all.map(async (bytes) => unpack(await pack(bytes), () => 10_000)))
    expect(unpacked.map((bytes, index) => Buffer.compare(bytes, all[index] ?? bytes))).toEqual([0, 0, 0, 0, 0])
  })

  it('rejects when the data are cut short anywhere', async () => {
    const packed = await pack(makeBytes(300 * KIB))
    const cuts = Array.from({ length: 50 }, () => 1 + Math.floor(random() * (packed.byteLength - 1)))
    for (const cut of [1, 3, 4, packed.byteLength - 1, ...cuts]) {
      await expect(unpack(packed.subarray(0, cut)), `${cut} bytes`).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' })
    }
  })

  it('ends when any byte is another one', async () => {
    const bytes = makeBytes(300 * KIB)
    const packed = await pack(bytes)
    let rejected = 0
    for (let run = 0; run < 300; run++) {
      const damaged = packed.slice()
      const place = run < 20 ? run : Math.floor(random() * packed.byteLength)
      damaged[place] = (damaged[place] ?? 0) ^ (1 + Math.floor(random() * 255))
      await unpack(damaged).catch((error) => {
        expect(error).toMatchObject({ code: 'ARCHIVE_DAMAGED' })
        rejected++
      })
    }
    expect(rejected).toBeGreaterThan(20)
  })
})

describe('the decoder of zstd', () => {
  it('is that of the zstddec that is installed', () => {
    const isOfToday = readFileSync('src/unpack/zstd-wasm.ts', 'utf8') === readSource()
    expect(isOfToday, 'src/unpack/zstd-wasm.ts is older than zstddec: run npm run zstd-wasm').toBe(true)
  })

  it('has its license in the built package', () => {
    const built = readFileSync('dist/chunks/zstd-wasm.js', 'utf8')
    expect(/\/\*!\s+\* BSD License.*Zstandard.*AS IS.*?\*\//s.test(built)).toBe(true)
  })
})
