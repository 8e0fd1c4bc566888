import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../../demo/hosting/content-security-policy.ts'
import { findChromium } from '../../scripts/find/chromium.js'
import { listTags, openRegistry } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type BuiltPage, buildPage, serveFiles } from '../support/built-page.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
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
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--host-resolver-rules=MAP registry.corp 127.0.0.1'],
  })
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

async function choose(name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) }
  await page.getByLabel('Choose an archive').setInputFiles(file)
}

async function push(tag: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Tag' }).fill(tag)
  await page.getByRole('button', { name: 'Push', exact: true }).click()
}

async function signIn(): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('User name').fill(HTPASSWD_USER.username)
  await dialog.getByLabel('Password').fill(HTPASSWD_USER.password)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
}

/** Pushes one archive by one tag, in a page that has been opened for it. */
async function pushFile(place: string, name: string, bytes: Uint8Array, tag: string, isAsked = false): Promise<void> {
  await page.goto(place)
  await choose(name, bytes)
  await push(tag)
  if (isAsked) await signIn()
  await page.getByRole('status').filter({ hasText: 'In the registry' }).waitFor()
}

describe.each([
  ['127.0.0.1, which browsers take as secure', '127.0.0.1'],
  ['plain http, with a name of an intranet', 'registry.corp'],
])('the built page and its registry on one origin of nginx, by %s', (_, host) => {
  it('pushes archives of every packing after one sign-in, without a preflight', async () => {
    const origin = `http://${host}:${nginx.port}`
    const before = nginx.requests().length
    const tar = await createTestArchive()
    const packed = { gzip: await gzip(tar), zstd: zstd(tar), zip: await zip({ 'hello.tar': tar }), tar }
    for (const [packing, bytes] of Object.entries(packed)) {
      await pushFile(`${origin}/?view=push`, `hello.${packing}`, bytes, `${host}-${packing}`, true)
    }
    expect(await page.evaluate(() => isSecureContext)).toBe(host === '127.0.0.1')

    const tags = await listTags(openRegistry(registry.url, { credentials: HTPASSWD_USER }), 'team/hello')
    expect(tags).toEqual(expect.arrayContaining(Object.keys(packed).map((tag) => `${host}-${tag}`)))
    const requests = nginx.requests().slice(before)
    expect(requests.length).toBeGreaterThan(20)
    expect(requests.filter((request) => request.startsWith('OPTIONS'))).toEqual([])
  })
})

describe('nginx with the page', () => {
  it('sends the policy of the page, but for this origin alone, and what else protects it', async () => {
    const { headers } = await fetch(`http://127.0.0.1:${nginx.port}/`)
    const policy = CONTENT_SECURITY_POLICY.replace("'self' http: https: data:", "'self' data:")
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
  })
})

describe('the built page on a static host, below a path', () => {
  it('has its policy in itself, nothing inline, and relative addresses alone', async () => {
    const files = await serveFiles(built.folder, { basePath: '/some/path/' })
    try {
      const html = await (await fetch(files.url)).text()
      expect(html.replaceAll('&#39;', "'")).toContain(`content="${CONTENT_SECURITY_POLICY}"`)
      expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son[a-z]+=|(?:src|href)="(?!\.\/|data:,)/)
    } finally {
      await files.close()
    }
  })

  it('pushes to a registry of another origin', async () => {
    const open = await startDistribution()
    const files = await serveFiles(built.folder, { basePath: '/some/path/' })
    try {
      const place = `${files.url}?view=push&registry=${encodeURIComponent(open.url)}`
      await pushFile(place, 'hello.tar.zst', zstd(await createTestArchive()), 'static')
      expect(await listTags(open.url, 'team/hello')).toEqual(['static'])
    } finally {
      await files.close()
      await open.stop()
    }
  })
})
