import { describe, expect, it } from 'vitest'
import { NetworkError, openImage, openRegistry } from '../../src/index.ts'
import { createTestRegistry, type Fault, type TestRegistryOptions } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { inFastTime } from '../support/fast-time.ts'
import { createFuzzedImage } from '../support/fuzzed-image.ts'

const stored = createFuzzedImage()

/** Opens the image of a registry with these faults, without any wait. */
async function open(faults: readonly Fault[], options: TestRegistryOptions = {}) {
  const registry = createTestRegistry({ faults, ...options })
  await stored.put(registry)
  registry.requests.length = 0
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 })
  const opening = () => openImage(handle, 'team/app', 'v1').catch((error: unknown) => error)
  const { value, timers } = await inFastTime(opening)
  const gets = (part: string) => registry.requests.filter(({ url }) => url.includes(part)).length
  return { value, timers, gets, registry }
}

describe('openImage(), when the answer with a manifest or a config', () => {
  it.each([
    ['breaks off', { kind: 'cut-answer', afterBytes: 50 }],
    ['stands still', { kind: 'stalled', afterBytes: 50 }],
    ['does not come', { kind: 'silent', method: 'GET' }],
  ] as const)('%s, reads it again', async (_, fault) => {
    const { value, timers, gets, registry } = await open([
      { ...fault, path: '/manifests/v1', times: 2 },
      { ...fault, path: '/manifests/sha256:' },
      { ...fault, path: '/blobs/', times: 3 },
    ])
    expect(value).toMatchObject({ manifest: { digest: stored.digest } })
    expect([gets('/manifests/v1'), gets('/manifests/sha256:'), gets('/blobs/')]).toEqual([3, 3, 5])
    expect([registry.faultsLeft, registry.openBodies, timers]).toEqual([0, 0, 0])
  })

  it('comes from a storage whose address ended too soon, asks the registry for another one', async () => {
    const slow = { kind: 'slow', milliseconds: 100, method: 'GET', path: '/v2/team/app/blobs/', times: 2 } as const
    const { value, gets } = await open([slow], { objectStorage: { milliseconds: 50 } })
    expect(value).toMatchObject({ manifest: { digest: stored.digest } })
    expect(gets('/v2/team/app/blobs/')).toBe(4)
  })

  it('breaks off every time, gives up with a NetworkError', async () => {
    const { value, gets } = await open([{ kind: 'cut-answer', afterBytes: 9, path: '/blobs/', times: Infinity }])
    const error = await rejection(Promise.reject(value), NetworkError, /broke off; try again$/)
    expect(error.code).toBe('NO_ANSWER')
    // Two configs are read at once.
    expect(gets('/blobs/')).toBeLessThanOrEqual(12)
  })
})
