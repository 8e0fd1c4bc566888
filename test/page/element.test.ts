import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../../scripts/find/chromium.js'
import { getManifest, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { serveFiles } from '../support/built-page.ts'
import { withBasic } from '../support/protected-registry.ts'
import { serveForPages } from '../support/serve-for-pages.ts'

// The element as users have it: the built package, in a page of their own that vite bundles.

const folder = resolve('.cache/element-page')
const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data:; connect-src 'self' http:; worker-src 'self' blob:" />
    <title>A page</title>
    <link rel="icon" href="data:," />
    <script type="module" src="./page.js"></script>
  </head>
  <body><registry-push></registry-push></body>
</html>`
const SCRIPT = `
const element = document.querySelector('registry-push')
window.heard = []
// Before the class is there.
element.imageLink = ({ repository, tag }) => '/images/' + repository + '/' + tag
for (const [name, value] of new URLSearchParams(location.search)) element.setAttribute(name, value)
if (location.hash) {
  element.credentials = () => ({ username: 'ci', password: decodeURIComponent(location.hash.slice(1)) })
}
for (const name of ['push-open', 'push-progress', 'push-done', 'push-error']) {
  document.addEventListener(name, ({ detail }) => window.heard.push({ name, detail }))
}
import('registry-api-v2-client/element')
`

let site: Awaited<ReturnType<typeof serveFiles>>
let browser: Browser
let registry: ServedTestRegistry
let page: Page
let faults: string[]

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  const installed = join(folder, 'node_modules/registry-api-v2-client')
  mkdirSync(installed, { recursive: true })
  cpSync('package.json', join(installed, 'package.json'))
  cpSync('dist', join(installed, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') })
  writeFileSync(join(folder, 'index.html'), HTML)
  writeFileSync(join(folder, 'page.js'), SCRIPT)
  await build({
    root: folder,
    base: './',
    logLevel: 'error',
    configFile: false,
    worker: { format: 'es' },
    build: { target: 'es2022', assetsInlineLimit: 0 },
  })
  site = await serveFiles(join(folder, 'dist'))
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-dev-shm-usage'] })
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  registry = await serveTestRegistry()
  const context = await browser.newContext({ locale: 'en-US', timezoneId: 'UTC' })
  page = await context.newPage()
  faults = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
})
afterEach(async () => {
  await page.context().close()
  await registry.close()
})

async function open(attributes: Readonly<Record<string, string>>, password = ''): Promise<void> {
  await page.goto(`${site.url}?${new URLSearchParams(attributes)}#${encodeURIComponent(password)}`)
  const buffer = Buffer.from(await createTestArchive())
  const file = { name: 'hello.tar', mimeType: 'application/x-tar', buffer }
  await page.locator('input[type=file]').first().setInputFiles(file)
}

const says = (text: string) => page.getByRole('status').filter({ hasText: text }).first().waitFor()
const heard = () => page.evaluate(() => (window as unknown as { heard: { name: string; detail: object }[] }).heard)

describe('<registry-push> of the built package', () => {
  it('pushes in a page with a policy, by its own Worker, and tells what happens', async () => {
    await open({ registry: registry.url })
    await page.getByRole('button', { name: 'Push', exact: true }).click()
    await says('Pushed team/hello:v1.')
    const { digest } = await getManifest(registry.url, 'team/hello', 'v1')
    expect(await page.getByRole('link', { name: 'team/hello:v1' }).getAttribute('href')).toBe('/images/team/hello/v1')
    const events = await heard()
    expect(events.find(({ name }) => name === 'push-open')?.detail).toEqual({
      name: 'hello.tar',
      images: [{ names: ['team/hello:v1'], platforms: ['linux/amd64'] }],
    })
    expect(events.find(({ name }) => name === 'push-done')?.detail).toEqual({
      name: 'hello.tar',
      registry: registry.url,
      images: [expect.objectContaining({ registry: registry.url, repository: 'team/hello', tag: 'v1', digest })],
    })
    expect(events.filter(({ name }) => name === 'push-progress').at(-1)?.detail).toMatchObject({ state: 'done' })
    expect(faults).toEqual([])
  })

  it('takes a name and a language by its attributes', async () => {
    await open({ registry: registry.url, repository: 'given/name', tag: 'v7', lang: 'ko' })
    await page.getByRole('button', { name: '푸시', exact: true }).click()
    await says('푸시했습니다: given/name:v7')
    expect(await listTags(registry.url, 'given/name')).toEqual(['v7'])
  })

  it('signs in by the page, and asks the user if that is refused', async () => {
    const guarded = await serveForPages(withBasic(registry, 'ci', 'hunter2'))
    await open({ registry: guarded.url }, 'old password')
    await page.getByRole('button', { name: 'Push', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.filter({ hasText: 'does not accept' }).waitFor()
    await dialog.getByLabel('User name').fill('ci')
    await dialog.getByLabel('Password').fill('hunter2')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await says('Pushed team/hello:v1.')
    await guarded.close()
  })

  it('takes what is dropped on it when the page has another one', async () => {
    await page.goto(`${site.url}?${new URLSearchParams({ registry: registry.url, queue: 'first' })}`)
    await page.evaluate(() => {
      const second = document.createElement('registry-push')
      second.setAttribute('queue', 'second')
      document.body.append(second)
    })
    const second = page.locator('registry-push').nth(1)
    await second.getByText('or drop them here').waitFor()
    const bytes = Array.from(await createTestArchive())
    await second.locator('.drop').evaluate((place, bytes) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([new Uint8Array(bytes)], 'dropped.tar'))
      for (const type of ['dragover', 'drop']) {
        place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer }))
      }
    }, bytes)
    await second.getByRole('heading', { name: 'dropped.tar' }).waitFor()
    expect(await page.getByRole('heading', { name: 'dropped.tar' }).count()).toBe(1)
  })

  it.each([
    ['whose script does not load', '/missing.js'],
    ['that the browser refuses', 'http://localhost:1/worker.js'],
  ])('tells of a Worker %s', async (_case, script) => {
    await page.goto(site.url)
    await page.evaluate(
      ([script, bytes]) => {
        const element = document.createElement('registry-push')
        element.createWorker = () => new Worker(script, { type: 'module' })
        document.body.replaceChildren(element)
        void element.add([new File([new Uint8Array(bytes)], 'hello.tar')])
      },
      [script, Array.from(await createTestArchive())] as const,
    )
    await page.getByRole('alert').filter({ hasText: 'A part of this page did not load' }).waitFor()
    const errors = (await heard()).filter(({ name }) => name === 'push-error')
    expect(errors).toMatchObject([{ detail: { fault: { code: 'PART_NOT_LOADED' } } }])
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([])
  })

  it('can be put into the document again, and has what it had', async () => {
    await open({ registry: registry.url })
    await page.getByRole('heading', { name: 'hello.tar' }).waitFor()
    await page.evaluate(() => {
      const element = document.querySelector('registry-push')
      element?.remove()
      if (element) document.body.append(element)
    })
    await page.getByRole('heading', { name: 'hello.tar' }).waitFor()
  })
})
