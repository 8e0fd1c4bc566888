import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listTags, openRegistry } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { withBasic } from '../support/protected-registry.ts'
import { serveForPages } from '../support/serve-for-pages.ts'

// What docs/workers.md shows, in a Chromium: the page and its Worker.

const FOLDER = resolve('.cache/worker-example')
const [, worker = '', page = ''] = [...readFileSync('docs/workers.md', 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code]) => code,
)

const embedded = createTestRegistry()
let guarded: Awaited<ReturnType<typeof serveForPages>>
let browser: DemoBrowser

beforeAll(async () => {
  guarded = await serveForPages(withBasic(embedded, 'ci', 'hunter2'))
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(FOLDER, name), text)
  write('push-worker.ts', worker.replaceAll('https://registry.example.com', guarded.url))
  write('page.ts', page)
  write('index.html', '<input type="file"><progress></progress><script type="module" src="page.ts"></script>')
  browser = await openDemoBrowser({
    configFile: false,
    root: FOLDER,
    cacheDir: join(FOLDER, 'vite'),
    resolve: { alias: { 'registry-api-v2-client': resolve('src/index.ts') } },
    optimizeDeps: { entries: ['index.html', 'push-worker.ts'] },
    worker: { format: 'es' },
  })
})
afterAll(async () => {
  await browser?.close()
  await guarded?.close()
  rmSync(FOLDER, { recursive: true, force: true })
})

it('the example of a push in a Worker brings an image in, asks for the password, and shows its progress', async () => {
  const page = await browser.context.newPage()
  const questions: string[] = []
  page.on('dialog', (dialog) => {
    questions.push(dialog.message())
    void dialog.accept('hunter2')
  })
  await page.goto(browser.urlFor(''))
  const said = page.waitForEvent('console', (message) => /sha256:|Error/.test(message.text()))
  const buffer = Buffer.from(await createTestArchive())
  await page.locator('input').setInputFiles({ name: 'hello.tar', mimeType: 'application/x-tar', buffer })
  expect((await said).text()).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(questions).toEqual([`The password of "ci" at ${new URL(guarded.url)}`])
  expect(await page.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(1)
  const registry = openRegistry('http://registry.test', { fetch: embedded.fetch })
  expect(await listTags(registry, 'team/app')).toEqual(['v1'])
})
