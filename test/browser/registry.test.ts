import { http } from 'msw'
import { setupWorker } from 'msw/browser'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import * as portable from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { asBytes, asFile } from '../support/archive-contract.ts'
import { describeRegistry } from '../support/registry-contract.ts'

describeRegistry(
  'the portable entry in a page, with the real registry on another origin',
  portable,
  () => ({ url: inject('registryUrl') }),
  asFile,
)

it('a fetch that clones answers and leaves the clones unread changes nothing in a page', async () => {
  const clones: Response[] = []
  const fetch = async (request: Request) => {
    const response = await globalThis.fetch(request)
    clones.push(response.clone())
    return response
  }
  const registry = portable.openRegistry(inject('registryUrl'), { fetch, retry: 0 })
  const repository = `cloned/${Date.now().toString(36)}`
  const digest = await portable.pushDockerTar(await createTestArchive(), registry, repository, 'v1', {
    chunkSize: 1024,
    verify: true,
  })
  expect(await portable.listTags(registry, repository)).toEqual(['v1'])
  expect(await portable.getImageInfo(registry, repository, 'v1')).toMatchObject({ digest, layerCount: 2 })
  expect(await portable.deleteImage(registry, repository, 'v1')).toBe(true)
  expect(clones.length).toBeGreaterThan(20)
})

describe('the embedded registry in a page', () => {
  const embedded = createTestRegistry()
  afterEach(() => expect(embedded.openUploads).toBe(0))
  describeRegistry('as fetch', portable, () => ({ url: 'http://registry.test', fetch: embedded.fetch }), asBytes)
})

describe.each(['quay', 'nexus'] as const)('the embedded registry in a page, with the ways of %s', (profile) => {
  const embedded = createTestRegistry({ profile })
  afterEach(() => expect(embedded.openUploads).toBe(0))
  describeRegistry('as fetch', portable, () => ({ url: 'http://registry.test', fetch: embedded.fetch }), asBytes)
})

describe('the embedded registry in a service worker of msw', () => {
  const embedded = createTestRegistry()
  const worker = setupWorker(http.all('http://registry.test/*', ({ request }) => embedded.fetch(request)))
  beforeAll(async () => {
    await worker.start({ quiet: true, onUnhandledRequest: 'bypass' })
  })
  afterAll(() => worker.stop())
  afterEach(() => expect(embedded.openUploads).toBe(0))
  describeRegistry('the portable entry', portable, () => ({ url: 'http://registry.test' }), asFile)
})
