import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../../demo/hosting/content-security-policy.ts'
import { listTags, openRegistry } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type BuiltPage, buildPage } from '../support/built-page.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { isPushed, launchBrowser, pushFile } from '../support/hosted-page.ts'
import { type PageNginx, startPageNginx } from '../support/nginx.ts'
import { gzip, zip, zstd } from '../support/packing.ts'
import { type Watched, watchPage } from '../support/watched-page.ts'

let built: BuiltPage
let registry: Distribution
let nginx: PageNginx
let browser: Browser
let page: Page
let watched: Watched

beforeAll(async () => {
  built = await buildPage()
  registry = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  nginx = await startPageNginx({ root: built.folder, upstream: registry.url })
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await nginx?.stop()
  await registry?.stop()
  built?.remove()
})

beforeEach(async () => {
  page = await browser.newPage({ locale: 'en-US' })
  watched = await watchPage(page)
})
afterEach(async () => {
  await page.close()
  expect(watched).toEqual({ complaints: [], prompts: [] })
})

async function signIn(): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('User name').fill(HTPASSWD_USER.username)
  await dialog.getByLabel('Password').fill(HTPASSWD_USER.password)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
}

describe.each([
  ['127.0.0.1, which browsers take as secure', '127.0.0.1', ['gzip', 'zip']],
  ['plain http, with a name of an intranet', 'registry.corp', ['zstd', 'tar']],
] as const)('the built page and its registry on one origin of nginx, by %s', (_, host, packings) => {
  it(`pushes ${packings.join(', ')} after one sign-in, and shows the image, without a preflight`, async () => {
    const origin = `http://${host}:${nginx.port}`
    const before = nginx.requests().length
    // More than nginx takes as a body unless it is told otherwise.
    const noise = crypto.getRandomValues(new Uint8Array(65_536))
    const layers = [{ noise: Buffer.concat(Array.from({ length: 48 }, () => noise)) }]
    const tar = await createTestArchive({ images: [{ layers }] })
    const packed = { gzip: await gzip(tar), zstd: zstd(tar), zip: await zip({ 'hello.tar': tar }), tar }
    for (const packing of packings) {
      await page.goto(`${origin}/?view=push`)
      await pushFile(page, `hello.${packing}`, packed[packing], `${host}-${packing}`)
      await signIn()
      await isPushed(page, `${host}-${packing}`)
    }
    expect(await page.evaluate(() => isSecureContext)).toBe(host === '127.0.0.1')

    const pullLine = `docker pull ${host}:${nginx.port}/team/hello:${host}-${packings[1]}`
    await page.getByText(pullLine).waitFor()
    await page.getByRole('link', { name: 'Browse' }).click()
    await page.getByRole('link', { name: 'team/hello', exact: true }).click()
    await page.getByRole('link', { name: `${host}-${packings[1]}` }).click()
    await page.getByRole('heading', { name: `team/hello:${host}-${packings[1]}` }).waitFor()
    await page.getByText(pullLine).waitFor()
    await page.getByRole('link', { name: 'Check', exact: true }).click()
    await page.getByText('You can use the registry from this page').waitFor()

    const tags = await listTags(openRegistry(registry.url, { credentials: HTPASSWD_USER }), 'team/hello')
    expect(tags).toEqual(expect.arrayContaining(packings.map((tag) => `${host}-${tag}`)))
    const requests = nginx.requests().slice(before)
    expect(requests.length).toBeGreaterThan(20)
    expect(requests.filter((request) => request.startsWith('OPTIONS'))).toEqual([])
  })
})

describe('nginx with the page', () => {
  it('sends the policy of the page, but for this origin alone, and what else protects it', async () => {
    const { headers } = await fetch(`http://127.0.0.1:${nginx.port}/`)
    const policy = CONTENT_SECURITY_POLICY.replace("'self' http: https:", "'self'")
    expect(headers.get('content-security-policy')).toBe(`${policy}; frame-ancestors 'none'`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-cache')
  })

  it('lets browsers keep what has a digest in its name, and compresses it', async () => {
    const html = await (await fetch(`http://127.0.0.1:${nginx.port}/`)).text()
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(html)?.[1]
    const { headers, status } = await fetch(`http://127.0.0.1:${nginx.port}/${script}`)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('max-age=31536000')
    expect(headers.get('content-encoding')).toBe('gzip')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    const gone = await fetch(`http://127.0.0.1:${nginx.port}/assets/gone-abc123.js`)
    expect([gone.status, gone.headers.get('cache-control')]).toEqual([404, null])
  })
})
