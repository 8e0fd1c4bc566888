import { afterAll, beforeAll, expect, it } from 'vitest'
import { DigestMismatchError, listTags, openRegistry, pushDockerTar } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import type { Distribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'
import { ALL, describeReal } from '../support/real-registries.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const archive = createTestArchive({ images: [{ layers: [{ file: 'content '.repeat(400_000) }] }] })

describeReal("pushDockerTar() with hashing: 'when-needed' and {}", ALL, ({ start }) => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await start()
  })
  afterAll(() => registry.stop())

  it.each([
    ['in one request', 5 * 2 ** 20],
    ['in chunks', 2 ** 20],
  ])('brings the image in, and has the registry refuse wrong bytes that go %s', async (way, chunkSize) => {
    const recorder = recordingFetch()
    const handle = openRegistry(registry.url, { fetch: recorder.fetch })
    const repository = `hashing/${way.replaceAll(' ', '-')}`
    const options = { hashing: 'when-needed', chunkSize, verify: true } as const
    await pushDockerTar(await archive, handle, repository, 'v1', options)
    const damaged = (await archive).slice()
    damaged[damaged.length >> 1] = 0
    const pushing = pushDockerTar(damaged, handle, repository, 'v2', { ...options, existing: 'upload' })
    await rejection(pushing, DigestMismatchError)
    const refused = recorder.exchanges.filter(({ method, status }) => method === 'PUT' && status === 400)
    expect(refused).toHaveLength(1)
    expect(await listTags(handle, repository)).toEqual(['v1'])
  })
})
