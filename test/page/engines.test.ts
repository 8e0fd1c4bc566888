import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { getManifest, openRegistry } from '../../src/index.ts'
import { type BuiltPage, buildPage, serveFiles } from '../support/built-page.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import type { EnginePage } from '../support/engine-page.ts'
import { openFirefox } from '../support/firefox-page.ts'
import { startNginx } from '../support/nginx.ts'
import { openWebKit } from '../support/webkit-page.ts'

// The main paths of the built page, with its policy, in the engines that are not Chromium, at a real registry.

const ARCHIVE = fileURLToPath(new URL('../archives/docker-28.5-graph-driver.tar', import.meta.url))
const registry = inject('registryUrl')

let built: BuiltPage
let site: Awaited<ReturnType<typeof serveFiles>>
let locked: Distribution
let nginx: Awaited<ReturnType<typeof startNginx>>
beforeAll(async () => {
  built = await buildPage()
  site = await serveFiles(built.folder)
  locked = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  nginx = await startNginx({ upstream: locked.url })
})
afterAll(async () => {
  await nginx?.stop()
  await locked?.stop()
  await site?.close()
  built?.remove()
})

const addressOf = (place: Readonly<Record<string, string>>) => `${site.url}?${new URLSearchParams(place)}`

describe.each([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
])('the page in %s', (engine, openEngine) => {
  const repository = `engines/${engine.toLowerCase()}`
  let page: EnginePage
  beforeAll(async () => {
    page = await openEngine()
  })
  afterAll(() => page?.close())
  afterEach(async () => expect(await page.errors()).toEqual([]))

  /** Pushes the archive by a name of its own. */
  async function push(tag: string): Promise<void> {
    await page.choose('input[type=file]', ARCHIVE)
    await page.fill({ role: 'textbox', name: 'Repository' }, repository)
    await page.fill({ role: 'textbox', name: 'Tag' }, tag)
    await page.click({ role: 'button', name: 'Push' })
  }

  it('pushes an archive of "docker save", and shows its digest', async () => {
    await page.open(addressOf({ registry, view: 'push' }))
    await push('v1')
    await page.shows({ text: 'In the registry' })
    const { digest } = await getManifest(registry, repository, 'v1')
    await page.shows({ text: digest })
  })

  it('finds the pushed tag in the registry', async () => {
    await page.open(addressOf({ registry, view: 'push' }))
    await page.click({ role: 'link', name: 'Browse' })
    await page.click({ role: 'link', name: repository })
    await page.shows({ role: 'link', name: 'v1' })
  })

  it('signs in at a registry with a password, behind nginx', async () => {
    await page.open(addressOf({ registry: nginx.url, view: 'push' }))
    await push('v1')
    await page.fill({ role: 'textbox', name: 'User name' }, HTPASSWD_USER.username)
    await page.fill({ css: 'input[type=password]' }, 'wrong')
    await page.click({ role: 'button', name: 'Sign in' })
    await page.shows({ text: 'does not accept this user name and password' })
    await page.fill({ role: 'textbox', name: 'User name' }, HTPASSWD_USER.username)
    await page.fill({ css: 'input[type=password]' }, HTPASSWD_USER.password)
    await page.click({ role: 'button', name: 'Sign in' })
    await page.shows({ text: 'In the registry' })
    const { digest } = await getManifest(openRegistry(nginx.url, { credentials: HTPASSWD_USER }), repository, 'v1')
    await page.shows({ text: digest })
  })

  it('speaks Korean, and still does after a reload', async () => {
    await page.open(addressOf({ registry, view: 'push' }))
    await page.click({ role: 'button', name: 'Settings' })
    await page.select({ role: 'combobox', name: 'Language' }, 'ko')
    await page.shows({ role: 'link', name: '둘러보기' })
    await page.reload()
    await page.shows({ role: 'link', name: '둘러보기' })
    await page.click({ role: 'button', name: '설정' })
    await page.select({ role: 'combobox', name: '언어' }, 'en')
    await page.shows({ role: 'link', name: 'Browse' })
  })
})
