import { http } from 'msw'
import { setupWorker } from 'msw/browser'
import { afterAll, afterEach, beforeAll, describe, expect, inject } from 'vitest'
import * as portable from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { asBytes, asFile } from '../support/archive-contract.ts'
import { describeRegistry } from '../support/registry-contract.ts'

describeRegistry(
  'the portable entry in a page, with the real registry on another origin',
  portable,
  () => ({ url: inject('registryUrl') }),
  asFile,
)

describe('the embedded registry in a page', () => {
  const embedded = createTestRegistry()
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
