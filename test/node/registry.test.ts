import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, inject } from 'vitest'
import * as portable from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { asBytes, asFile } from '../support/archive-contract.ts'
import { asPath } from '../support/archive-path.ts'
import { describeRegistry } from '../support/registry-contract.ts'

describeRegistry('the portable entry with the real registry', portable, () => ({ url: inject('registryUrl') }), asFile)
describeRegistry('the Node entry with the real registry', node, () => ({ url: inject('registryUrl') }), asPath)

for (const deletesTags of [true, false]) {
  const embedded = createTestRegistry({ deletesTags })
  describe(`the embedded registry as fetch, ${deletesTags ? 'with' : 'without'} tag deletes`, () => {
    afterEach(() => expect(embedded.openUploads).toBe(0))
    const target = { url: 'http://registry.test', fetch: embedded.fetch }
    describeRegistry('the Node entry', node, () => target, asBytes)
  })
}

describe.each(['quay', 'nexus', 'artifactory'] as const)('the embedded registry with the ways of %s', (profile) => {
  const embedded = createTestRegistry({ profile })
  afterEach(() => expect(embedded.openUploads).toBe(0))
  describeRegistry('the Node entry', node, () => ({ url: 'http://registry.test', fetch: embedded.fetch }), asBytes)
})

describe('the embedded registry behind node:http', () => {
  let served: ServedTestRegistry
  beforeAll(async () => {
    served = await serveTestRegistry()
  })
  afterAll(() => served.close())
  afterEach(() => expect(served.openUploads).toBe(0))
  describeRegistry('the portable entry', portable, () => ({ url: served.url }), asBytes)
})

describe('the embedded registry with its content in a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'))
  let served: ServedTestRegistry
  beforeAll(async () => {
    served = await serveTestRegistry({ folder })
  })
  afterAll(async () => {
    await served.close()
    rmSync(folder, { recursive: true })
  })
  afterEach(() => expect(served.openUploads).toBe(0))
  describeRegistry('the Node entry', node, () => ({ url: served.url }), asPath)
})

describe('the embedded registry as an msw handler', () => {
  const embedded = createTestRegistry()
  const server = setupServer(http.all('http://registry.test/*', ({ request }) => embedded.fetch(request)))
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
  afterAll(() => server.close())
  afterEach(() => expect(embedded.openUploads).toBe(0))
  describeRegistry('the portable entry', portable, () => ({ url: 'http://registry.test' }), asBytes)
})
