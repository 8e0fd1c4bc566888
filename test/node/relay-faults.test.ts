import { describe, expect, inject, it } from 'vitest'
import {
  type Digest,
  listTags,
  openRegistry,
  type PushStreamOptions,
  pushDockerTar,
  pushStream,
  RegistryError,
  TarReadError,
  type UploadEvent,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import {
  createTestArchive,
  createTestRegistry,
  type Fault,
  type RegistryProfile,
  type TestRegistryOptions,
} from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { serveFaultProxy } from '../support/fault-proxy.ts'
import { LARGE_ARCHIVES, noise } from '../support/large-layers.ts'
import { piped } from '../support/piped.ts'

// What a relay makes of a registry that fails: it goes on with the chunk in memory, or says that it takes a file.

const CHUNK = 50_000
const claimed = (await LARGE_ARCHIVES['docker 25 and later']?.()) as Uint8Array
/** Nothing tells the digests of its layers. */
const unclaimed = (await LARGE_ARCHIVES['docker 1.10 to 24']?.()) as Uint8Array
const archives = [
  ['whose names tell their digests', claimed],
  ['whose names tell nothing', unclaimed],
] as const

async function relay(
  bytes: Uint8Array,
  rules: TestRegistryOptions,
  { push = node.pushStream, profile, ...options }: PushStreamOptions & Partial<Relay> = {},
) {
  const registry = createTestRegistry(rules)
  const events: UploadEvent[] = []
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0, ...(profile && { profile }) })
  const given = { chunkSize: CHUNK, uploadRetryDelay: 0, onEvent: (event: UploadEvent) => events.push(event) }
  const relaying = push(piped(bytes), handle, 'a', 'v1', { ...given, ...options })
  return { relaying, registry, events, handle }
}

interface Relay {
  readonly push: typeof pushStream
  readonly profile: 'gar'
}

async function pushed(bytes: Uint8Array): Promise<Digest> {
  return pushDockerTar(bytes, openRegistry('https://registry.test', { fetch: createTestRegistry().fetch }), 'a', 'v1')
}

describe.each(archives)('pushStream() of layers %s', (_, bytes) => {
  const harmless: [what: string, fault: Fault, profile?: RegistryProfile][] = [
    ['a chunk that never arrives', { kind: 'cut', afterBytes: 0, method: 'PATCH', nth: 2 }],
    ['a chunk of which a part arrives', { kind: 'cut', afterBytes: 1000, method: 'PATCH', nth: 3 }],
    ['a lost answer to a chunk', { kind: 'lost', method: 'PATCH', nth: 2 }],
    ['a lost answer to the closing request', { kind: 'lost', method: 'PUT', path: '/blobs/' }],
    ['a server that fails for a while', { kind: 'status', status: 503, method: 'PATCH', nth: 2, times: 3 }],
    ['a proxy that takes smaller bodies only', { kind: 'status', status: 413, method: 'PATCH', nth: 2 }],
    ['a lost first chunk, with its upload', { kind: 'cut', afterBytes: 100, method: 'PATCH' }, 'distribution-2'],
    ['a look-up that fails', { kind: 'status', status: 502, method: 'HEAD' }],
  ]
  it.each(harmless)('outlives %s', async (_, fault, profile) => {
    const { relaying, registry } = await relay(bytes, { faults: [fault], ...(profile && { profile }) })
    expect(await relaying).toBe(await pushed(bytes))
    expect(registry.faultsLeft).toBe(0)
    // Distribution 2 keeps an upload that it has lost.
    expect(registry.openUploads).toBe(profile === 'distribution-2' ? 1 : 0)
  })

  it('says that it takes a file, where the registry loses an upload', async () => {
    const gone: readonly Fault[] = [
      { kind: 'status', status: 404, code: 'BLOB_UPLOAD_UNKNOWN', method: 'PATCH', nth: 3 },
    ]
    const cut: readonly Fault[] = [{ kind: 'cut', afterBytes: 1000, method: 'PATCH', nth: 2 }]
    for (const rules of [{ faults: gone }, { faults: cut, profile: 'distribution-2' as const }]) {
      const { relaying, handle } = await relay(bytes, rules)
      const error = await rejection(relaying, RegistryError, /has to start again, but a stream cannot be read twice/)
      expect(error).toMatchObject({ code: 'CONTENT_LOST', remedy: expect.stringContaining('pushDockerTar') })
      await expect(listTags(handle, 'a')).rejects.toThrow()
    }
  })

  it('gives each blob whole to a registry that takes no chunks, or says that a page cannot', async () => {
    for (const profile of [undefined, 'gar' as const]) {
      const { relaying } = await relay(bytes, { profile: 'gar' }, { ...(profile && { profile }) })
      expect(await relaying).toBe(await pushed(bytes))
    }
    const { relaying } = await relay(bytes, { profile: 'gar' }, { profile: 'gar', push: pushStream })
    const error = await rejection(relaying, TarReadError, /only in one request/)
    expect(error).toMatchObject({ code: 'NOT_SUPPORTED', remedy: expect.stringContaining('pushDockerTar') })
    const whole = await relay(bytes, { profile: 'gar' }, { profile: 'gar', push: pushStream, chunkSize: 1_000_000 })
    expect(await whole.relaying).toBe(await pushed(bytes))
  })

  it.each(['ecr', 'ghcr', 'cloudflare', 'quay', 'zot', 'acr'] as const)(
    'goes into a registry like %s',
    async (profile) => {
      const { relaying } = await relay(bytes, { profile, scale: 1024 })
      expect(await relaying).toBe(await pushed(bytes))
    },
  )
})

describe('pushStream() to a real distribution 2, through a network that breaks', () => {
  const run = Date.now().toString(36)

  it('goes on after a broken first chunk, and says that it takes a file after a later one', async () => {
    const bytes = await createTestArchive({ images: [{ layers: [{ a: noise(600_000, 9) }] }] })
    const url = inject('registryUrl')
    const options = { chunkSize: 100_000, uploadRetryDelay: 1 }
    // In the first chunk, and in the fourth.
    const early = await serveFaultProxy(url, () => ({}), 50_000)
    const late = await serveFaultProxy(url, () => ({}), 350_000)
    try {
      const digest = await node.pushStream(piped(bytes), early.url, `relay-faults/early-${run}`, 'v1', options)
      expect(digest).toBe(await pushed(bytes))
      const lost = node.pushStream(piped(bytes), late.url, `relay-faults/late-${run}`, 'v1', options)
      const error = await rejection(lost, RegistryError, /a stream cannot be read twice/)
      expect(error).toMatchObject({ code: 'CONTENT_LOST', remedy: expect.stringContaining('pushDockerTar') })
      expect([early.resets, late.resets]).toEqual([1, 1])
      await expect(listTags(url, `relay-faults/late-${run}`)).rejects.toThrow(/NAME_UNKNOWN/)
    } finally {
      await early.close()
      await late.close()
    }
  })
})
