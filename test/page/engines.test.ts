import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { serveSlowLink } from '../../scripts/slow-link.js'
import { getManifest, openRegistry, pullDockerTar } from '../../src/index.ts'
import { type BuiltPage, buildPage, serveFiles } from '../support/built-page.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import type { EnginePage } from '../support/engine-page.ts'
import { openFirefox } from '../support/firefox-page.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { startNginx } from '../support/nginx.ts'
import { expectStored } from '../support/stored-image.ts'
import { openWebKit } from '../support/webkit-page.ts'

// The main paths of the built page, with its policy, in the engines that are not Chromium, at a real registry.

const ARCHIVE = fileURLToPath(new URL('../archives/docker-28.5-graph-driver.tar', import.meta.url))
const registry = inject('registryUrl')
const folder = mkdtempSync(join(tmpdir(), 'engines-'))
const large = join(folder, 'large.tar')

let built: BuiltPage
let site: Awaited<ReturnType<typeof serveFiles>>
let locked: Distribution
let archive: LargeArchive
let nginx: Awaited<ReturnType<typeof startNginx>>
beforeAll(async () => {
  built = await buildPage()
  archive = await writeLargeArchive(large, { layers: 2, layerMiB: 50, name: 'team/large:v1' })
  site = await serveFiles(built.folder)
  locked = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  nginx = await startNginx({ upstream: locked.url })
})
afterAll(async () => {
  await nginx?.stop()
  await locked?.stop()
  await site?.close()
  built?.remove()
  rmSync(folder, { recursive: true })
})

const addressOf = (place: Readonly<Record<string, string>>) => `${site.url}?${new URLSearchParams(place)}`

describe.each([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
])('the page in %s', (engine, openEngine) => {
  const repository = `engines-${engine.toLowerCase()}`
  let page: EnginePage
  beforeEach(async () => {
    page = await openEngine()
  })
  afterEach(async () => {
    const errors = await page.errors()
    await page.close()
    expect(errors).toEqual([])
  })

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
    await page.shows({ text: 'Pushed to the registry' })
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
    await page.shows({ text: 'Pushed to the registry' })
    const { digest } = await getManifest(openRegistry(nginx.url, { credentials: HTPASSWD_USER }), repository, 'v1')
    await page.shows({ text: digest })
  })

  it('goes on with the push of 100 MB after a reload in the middle', { timeout: 240_000 }, async () => {
    const name = `${repository}-large`
    const link = await serveSlowLink(registry, { roundTrip: 2, bitsPerSecond: 120_000_000 })
    await page.open(addressOf({ registry: link.url, view: 'push' }))
    await page.choose('input[type=file]', large)
    await page.fill({ role: 'textbox', name: 'Repository' }, name)
    await page.click({ role: 'button', name: 'Push' })
    await expect.poll(() => link.sentBytes, { timeout: 30_000 }).toBeGreaterThan(archive.layerBytes / 2)
    await page.reload()
    await page.shows({ text: 'Choose it again to continue.' })
    await page.choose('input[type=file]', large)
    await page.shows({ text: `Pushed ${name}:v1.` }, 180_000)
    await link.stop()
    await expectStored(registry, name, 'v1', archive)
    // Distribution 2 loses an upload whose chunk broke off: the layer under way may be sent again, but only once.
    expect(link.sentBytes).toBeLessThan(2 * archive.layerBytes)
  })

  it('downloads an image as the same tar that the package makes', async () => {
    await page.open(addressOf({ registry, repository, reference: 'v1' }))
    // The engine's own download ends in a folder that WebDriver cannot name: the Blob that the page saves is looked at.
    await page.evaluate(() => {
      const create = URL.createObjectURL
      URL.createObjectURL = (blob) => {
        Object.assign(window, { saved: blob })
        return create.call(URL, blob)
      }
    })
    await page.click({ role: 'button', name: 'Download' })
    await page.click({ role: 'button', name: 'Save' })
    await page.shows({ text: /saved/i })
    const saved = await page.evaluate(async () => {
      const { saved } = window as unknown as { saved: Blob }
      const digest = await crypto.subtle.digest('SHA-256', await saved.arrayBuffer())
      return {
        size: saved.size,
        sha256: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
      }
    })
    const pulled = await pullDockerTar(registry, repository, 'v1')
    const bytes = Buffer.from(await new Response(pulled.stream()).arrayBuffer())
    await pulled.close()
    expect(saved).toEqual({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
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
