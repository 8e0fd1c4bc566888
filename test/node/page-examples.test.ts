import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { openPageExamples, pageExamples, repositoryOf } from '../support/page-examples.ts'

// The examples of README.md and docs/ for pages, in a Chromium. worker-example.test.ts has the push in a Worker.

const embedded = createTestRegistry()
const registry = openRegistry('http://registry.test', { fetch: embedded.fetch })
const archive = Buffer.from(await createTestArchive())

let examples: Awaited<ReturnType<typeof openPageExamples>>
let page: Page
let said: string[]
let faults: string[]

beforeAll(async () => {
  examples = await openPageExamples(embedded, archive, 'robot', 'secret')
})
afterAll(() => examples?.close())

beforeEach(async () => {
  page = await examples.context.newPage()
  said = []
  faults = []
  page.on('console', (message) => message.type() === 'log' && said.push(message.text()))
  page.on('pageerror', (error) => faults.push(String(error)))
})
afterEach(async () => {
  await page.close()
  expect(faults).toEqual([])
})

async function run(name: string): Promise<void> {
  await examples.openFor(page, name)
  await examples.run(page, name)
}

const choose = () =>
  page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'hello.tar', mimeType: 'application/x-tar', buffer: archive })
const tagsOf = (repository: string) => listTags(registry, repository).catch(() => [])
const hasPushed = (name: string, tag = 'v1') =>
  expect.poll(() => tagsOf(repositoryOf(name)), { timeout: 20_000 }).toEqual([tag])
const hasSaid = (words: RegExp) => expect.poll(() => said.join('\n'), { timeout: 20_000 }).toMatch(words)

const RUN_HERE = {
  choice: ['README.md 0', 'docs/start/page.md 0', 'docs/start/page.md 1'],
  others: [
    'docs/element.md 0',
    'docs/element.md 1',
    'docs/pull-and-copy.md 0',
    'docs/sign-in.md 0',
    'docs/uploads.md 0',
    'docs/uploads.md 1',
    'docs/workers.md 0',
  ],
}

describe('the examples for pages', () => {
  it('are all run here', () => {
    expect([...pageExamples.keys()].sort()).toEqual([...RUN_HERE.choice, ...RUN_HERE.others].sort())
  })

  it.each(RUN_HERE.choice)('push the file that the user chooses: %s', async (name) => {
    await run(name)
    await choose()
    await hasPushed(name, name === 'docs/start/page.md 1' ? 'v1.0.0' : 'v1')
    const shown = async () => [...said, await page.locator('pre').innerText()].join(' ')
    await expect.poll(shown).toMatch(/sha256:[0-9a-f]{64}/)
  })

  it.each([
    ['docs/element.md 0', () => page.locator('a[href="/images/team/hello/v1"]').waitFor()],
    ['docs/element.md 1', () => hasSaid(/^team\/hello:v1 sha256:/)],
  ])('sign in for the element, link its images and hear its events: %s', async (name, isDone) => {
    await run(name)
    await choose()
    await page.getByRole('button', { name: 'Push', exact: true }).click()
    await isDone()
  })

  it('save an image by a button', async () => {
    const name = 'docs/pull-and-copy.md 0'
    await pushDockerTar(archive, registry, repositoryOf(name), 'v7')
    // Without this function of the browser a page saves by a download.
    await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
    await run(name)
    const download = page.waitForEvent('download')
    await page.locator('#save').click()
    expect((await download).suggestedFilename()).toBe('team-app-v7.tar')
    await page.getByText('team-app-v7.tar is saved').waitFor()
  })

  it('ask the user to sign in', async () => {
    const name = 'docs/sign-in.md 0'
    await examples.openFor(page, name)
    await choose()
    await examples.run(page, name)
    await hasSaid(/^Please sign in to http/)
    await page.locator('[name=username]').fill('robot')
    await page.locator('[name=password]').fill('secret')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await hasPushed(name)
  })

  it('pause a push by a button, and resume it', async () => {
    const name = 'docs/uploads.md 0'
    const release = examples.holdUploads()
    await run(name)
    await page.getByRole('button', { name: 'Button' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    release()
    expect(await tagsOf(repositoryOf(name))).toEqual([])
    await page.getByRole('button', { name: 'Resume' }).click()
    await hasPushed(name)
  })

  it('cancel a push by a button', async () => {
    const name = 'docs/uploads.md 1'
    const release = examples.holdUploads()
    await run(name)
    await page.locator('#cancel').click()
    release()
    await page.getByText('Cancelled.').waitFor()
    expect(await tagsOf(repositoryOf(name))).toEqual([])
  })

  it('push with hash Workers of the page', async () => {
    const name = 'docs/workers.md 0'
    await examples.openFor(page, name)
    await choose()
    await examples.run(page, name)
    await hasPushed(name)
  })
})
