import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createNativeEncoder } from '../../src/node/compress/native-encoder.ts'
import { type CreateEncoder, createPortableEncoder, pushDockerTar } from '../../src/node/index.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { collect, diffIdsOf, digestOf, target, text, unpack } from '../support/compressing.ts'

describe('pushDockerTar() with createPortableEncoder()', () => {
  it.each(['gzip', 'zstd'] as const)('sends the same %s in every runtime', async (format) => {
    const options = { compress: format, runtime: { createEncoder: createPortableEncoder } }
    const there = target()
    const digest = await pushDockerTar(await makePortableArchive(), there.handle, 'team/app', 'v1', options)
    expect(digest).toBe(PORTABLE_DIGESTS[format])
    const { said, unpacked } = await diffIdsOf(there, 'v1')
    expect(unpacked).toEqual(said)
  })
})

describe('createPortableEncoder() and createNativeEncoder()', () => {
  it('make the same zstd with threads and without, when a layer has work for every thread', async () => {
    const { handle } = target()
    const digest = await pushDockerTar(await makePortableArchive(), handle, 'team/app', 'v1', { compress: 'zstd' })
    expect(digest).toBe(PORTABLE_DIGESTS.zstd)
    // Twelve blocks and a half.
    const bytes = Buffer.alloc(25 * 1024 * 1024, text.slice(0, 1000))
    for (let position = 0; position < bytes.length; position += 999) bytes.writeUInt32LE(position, position)
    const pieces = async function* () {
      yield bytes
    }
    const digestBy = async (create: CreateEncoder) =>
      digestOf(Buffer.concat(await collect((await create('zstd')).encode(pieces()))))
    expect(await digestBy(createNativeEncoder)).toBe(await digestBy(createPortableEncoder))
  })

  it('make gzip and zstd of no bytes that unpack to no bytes', async () => {
    async function* nothing(): AsyncGenerator<Uint8Array> {}
    for (const createEncoder of [createNativeEncoder, createPortableEncoder]) {
      for (const format of ['gzip', 'zstd'] as const) {
        const made = Buffer.concat(await collect((await createEncoder(format)).encode(nothing())))
        expect([made.length > 0, (await unpack(made)).length]).toEqual([true, 0])
      }
    }
  })

  it('make the same bytes however the input is cut into pieces', async () => {
    const encoders = [
      await createNativeEncoder('zstd'),
      await createNativeEncoder('gzip'),
      await createPortableEncoder('gzip'),
      await createPortableEncoder('zstd'),
    ]
    for (const encoder of encoders) {
      const digests = new Set<string>()
      for (const size of [1000, 70_000, 5_000_000]) {
        const bytes = Buffer.from(text)
        const made: Uint8Array[] = []
        async function* pieces() {
          for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
        }
        for await (const piece of encoder.encode(pieces())) made.push(piece)
        expect(digestOf(await unpack(Buffer.concat(made)))).toBe(digestOf(bytes))
        digests.add(digestOf(Buffer.concat(made)))
      }
      expect(digests.size).toBe(1)
    }
  })

  it('name the library and version that decide the bytes', async () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect((await createPortableEncoder('gzip')).name).toBe(`fflate ${dependencies.fflate}`)
    const { Zstd } = await import('@hpcc-js/wasm-zstd')
    const name = `zstd ${(await Zstd.load()).version()}`
    expect([(await createPortableEncoder('zstd')).name, (await createNativeEncoder('zstd')).name]).toEqual([name, name])
  })
})

describe('package.json', () => {
  it.each(['fflate', '@hpcc-js/wasm-zstd'])(
    'depends on one exact version of %s, because another could make other bytes',
    async (name) => {
      const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
      const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
      expect(dependencies[name]).toBe(version)
    },
  )
})
