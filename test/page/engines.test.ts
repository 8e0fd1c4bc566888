import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { getManifest } from '../../src/index.ts'
import type { EnginePage } from '../support/engine-page.ts'
import { openFirefox } from '../support/firefox-page.ts'
import { openWebKit } from '../support/webkit-page.ts'

// The page's main paths in the engines other than Chromium.

const CONFIG = fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url))
const ARCHIVES = fileURLToPath(new URL('../archives', import.meta.url))
const registry = inject('registryUrl')

let vite: ViteDevServer
beforeAll(async () => {
  vite = await createServer({
    configFile: CONFIG,
    logLevel: 'error',
    server: { host: '127.0.0.1', hmr: false, watch: null },
  })
  await vite.listen()
})
afterAll(() => vite?.close())

const address = (query: Readonly<Record<string, string>>) =>
  `${vite.resolvedUrls?.local[0]}?${new URLSearchParams(query)}`

describe.each([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
])('the page in %s', (engine, openEngine) => {
  let page: EnginePage
  beforeAll(async () => {
    page = await openEngine()
  })
  afterAll(() => page?.close())
  afterEach(async () => expect(await page.errors()).toEqual([]))

  it('pushes an archive of "docker save" and shows the digest', async () => {
    const repository = `engines/${engine.toLowerCase()}`
    await page.open(address({ registry, view: 'push' }))
    await page.choose('input[type=file]', join(ARCHIVES, 'docker-28.5-graph-driver.tar'))
    await page.fill({ role: 'textbox', name: 'Repository' }, repository)
    await page.fill({ role: 'textbox', name: 'Tag' }, 'v1')
    await page.click({ role: 'button', name: 'Push' })
    await page.shows({ text: 'In the registry' })
    const { digest } = await getManifest(registry, repository, 'v1')
    await page.shows({ text: digest })
    expect(await page.evaluate((one: number, other: number) => Promise.resolve(one + other), 1, 2)).toBe(3)
  })
})
