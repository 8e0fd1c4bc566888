import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import {
  collectStream,
  DigestMismatchError,
  openArchive,
  openRegistry,
  pullDockerTar,
  pushDockerTar,
  RegistryError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'

afterEach(() => vi.restoreAllMocks())

/** Pulls an image whose layer is not what its digest says. */
async function pullWrong() {
  const { fetch } = createTestRegistry({
    faults: [{ kind: 'flipped', method: 'GET', path: '/blobs/', nth: 2, times: 99, at: 1000 }],
  })
  const registry = openRegistry('https://registry.test', { fetch, retry: 0 })
  const archive = await createTestArchive({ images: [{ layers: [{ base: 'x'.repeat(1e6) }] }] })
  await pushDockerTar(archive, registry, 'team/app', 'v1')
  return pullDockerTar(registry, 'team/app', 'v1')
}

describe('collectStream()', () => {
  it('gives the bytes of a tar that is pulled of the real registry', async () => {
    const url = inject('registryUrl')
    const digest = await pushDockerTar(await createTestArchive(), url, 'page/collected', 'v1')
    const pulled = await pullDockerTar(url, 'page/collected', 'v1')
    const tar = await collectStream(pulled.stream())
    await pulled.close()
    expect(tar.size).toBe(pulled.size)
    expect((await openArchive(tar)).images.map(({ manifest }) => manifest.digest)).toEqual([digest])
  })

  it('rejects with the error of the stream when a layer is wrong', async () => {
    const pulled = await pullWrong()
    await rejection(collectStream(pulled.stream()), DigestMismatchError)
  })

  it('rejects with the reason of an abort', async () => {
    const reason = new Error('enough')
    const aborting = new AbortController()
    const registry = inject('registryUrl')
    await pushDockerTar(await createTestArchive(), registry, 'page/collected', 'v2')
    const pulled = await pullDockerTar(registry, 'page/collected', 'v2', { signal: aborting.signal })
    aborting.abort(reason)
    await expect(collectStream(pulled.stream())).rejects.toBe(reason)
  })

  it('throws a RegistryError with a remedy when the browser has no room', async () => {
    const cause = new TypeError('Failed to fetch')
    vi.spyOn(Response.prototype, 'blob').mockRejectedValue(cause)
    const error = await rejection(
      collectStream(new Blob(['x']).stream()),
      RegistryError,
      /^Cannot collect the stream: /,
    )
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', cause, remedy: expect.stringContaining('make room') })
  })

  it.each([undefined, 'text', new Blob(['x'])])('throws a TypeError for %s instead of a stream', async (value) => {
    await rejection(collectStream(value as never), TypeError, /^Cannot collect the stream: pass a ReadableStream/)
  })

  it('throws a TypeError when the stream is in use', async () => {
    const stream = new Blob(['x']).stream()
    stream.getReader()
    await rejection(collectStream(stream), TypeError, /again: pass a new stream/)
  })
})
