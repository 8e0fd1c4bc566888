import { describe, expect, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import { type CreateHasher, DigestMismatchError } from '../../src/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { changeEntries, expectNothingDeleted, expectWhole, interrupted } from '../support/interrupted-upload.ts'
import { CHUNK, createStage, LAYER_SIZE } from '../support/upload-stage.ts'

describe('pushDockerTar() with sessions', () => {
  const HASHERS: readonly (readonly [string, CreateHasher, string, CreateHasher])[] = [
    ['hash-wasm', createPortableHasher, 'hash-wasm', createPortableHasher],
    ['the runtime', createNativeHasher, 'the runtime', createNativeHasher],
    ['hash-wasm', createPortableHasher, 'the runtime', createNativeHasher],
    ['the runtime', createNativeHasher, 'hash-wasm', createPortableHasher],
  ]
  it.each(HASHERS)(
    'computes the digest of a resumed upload when $0 hashed before and $2 hashes now',
    async (_, before, __, now) => {
      const stage = await createStage()
      const { hashState } = await interrupted(stage, 4, { runtime: { createHasher: before } })
      expect(typeof hashState).toBe(before === createPortableHasher ? 'string' : 'undefined')
      const { error, kinds } = await stage.push({ runtime: { createHasher: now } })
      expect([error, kinds]).toEqual([undefined, ['resume']])
      await expectWhole(stage)
    },
  )

  it('hashes no byte again when the state of the hash is stored, and all when it is not', async () => {
    for (const [createHasher, again] of [
      [createPortableHasher, 0],
      [createNativeHasher, 4096],
    ] as const) {
      const stage = await createStage()
      await interrupted(stage, 4, { runtime: { createHasher } })
      let hashed = 0
      const counting: CreateHasher = async (state) => {
        const hasher = await createHasher(state)
        return {
          ...hasher,
          update(bytes) {
            hashed += bytes.length
            hasher.update(bytes)
          },
        }
      }
      const { bytes } = await stage.push({ runtime: { createHasher: counting } })
      const config = bytes - (LAYER_SIZE - 4096)
      expect(hashed - config - (LAYER_SIZE - 4096) - config).toBeLessThan(again + CHUNK)
      expect(hashed - config - (LAYER_SIZE - 4096)).toBeGreaterThanOrEqual(again)
    }
  })

  it.each([
    ['is too short', 'AAAA', ['resume']],
    ['is not base64', '!', ['resume']],
    ['is damaged', undefined, ['resume', 'restart']],
  ])('uploads the right bytes when the stored state of the hash %s', async (_, hashState, expected) => {
    const stage = await createStage()
    const entry = await interrupted(stage, 4, { runtime: { createHasher: createPortableHasher } })
    const damaged = Buffer.from(entry.hashState as string, 'base64')
    // One of the eight words of the digest so far.
    damaged[80] = (damaged[80] as number) ^ 0xff
    changeEntries(stage, { hashState: hashState ?? damaged.toString('base64') })
    const { error, kinds, events, sent } = await stage.push()
    expect([error, kinds]).toEqual([undefined, expected])
    // Progress falls to nothing with a restart, and only then.
    expect(sent.lastIndexOf(0) > sent.indexOf(4096)).toBe(expected.length > 1)
    if (expected.length > 1)
      expect(events[1]).toMatchObject({ lostBytes: 9216, error: { name: 'DigestMismatchError' } })
    expectNothingDeleted(stage)
    await expectWhole(stage)
  })

  it.each([
    ['hash-wasm', createPortableHasher, ['resume', 'restart']],
    ['the runtime', createNativeHasher, ['resume', 'retry', 'restart']],
  ])(
    'uploads the right bytes when the push before read a damaged archive, hashed by %s',
    async (_, createHasher, expected) => {
      const stage = await createStage()
      await interrupted(stage, 4, { archive: damaged(stage.archive), runtime: { createHasher } })
      const { error, kinds } = await stage.push({ runtime: { createHasher } })
      expect([error, kinds]).toEqual([undefined, expected])
      expectNothingDeleted(stage)
      await expectWhole(stage)
    },
  )

  it('throws after one more try from the start when the archive is still damaged', async () => {
    const stage = await createStage()
    const archive = damaged(stage.archive)
    await interrupted(stage, 4, { archive })
    const { error, kinds } = await stage.push({ archive })
    expect(error).toBeInstanceOf(DigestMismatchError)
    expect(kinds).toEqual(['resume', 'restart'])
    // The upload that the store named stays. That of this push is cancelled.
    expect([stage.registry.openUploads, stage.store.entries.size]).toEqual([1, 0])
  })
})

/** In the first chunk of its layer. */
function damaged(archive: Uint8Array): Uint8Array {
  const copy = archive.slice()
  const at = Buffer.from(copy.buffer).indexOf('content')
  copy[at] = 0
  return copy
}
