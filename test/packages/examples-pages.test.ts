import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { listTags } from '../../src/index.ts'
import { serveFiles } from '../support/built-page.ts'
import { fillAndPush, holdUploads, launchChromium } from '../support/example-page.ts'
import { type InstalledProject, installProject } from '../support/installed-project.ts'

// The pages of examples/, as a user has them: copied, installed, with the address of a registry, and built.

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const ADDRESS = 'http://localhost:15000'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

/** The file of each example that has the address of the registry. */
const ADDRESS_FILES = { page: 'main.js', react: 'src/App.tsx', vue: 'src/App.vue' } as const
type Example = keyof typeof ADDRESS_FILES

const built = new Map<Example, Promise<InstalledProject>>()

/** Copies an example, changes its address and builds it, once for all tests. */
function builtExample(name: Example): Promise<InstalledProject> {
  const project = built.get(name) ?? buildExample(name)
  built.set(name, project)
  return project
}

async function buildExample(name: Example): Promise<InstalledProject> {
  const from = join('examples', name)
  const addressFile = ADDRESS_FILES[name]
  const text = readFileSync(join(from, addressFile), 'utf8')
  expect(text).toContain(ADDRESS)
  const files = { [addressFile]: text.replace(ADDRESS, inject('registryUrl')), ...readmeFiles(from) }
  const project = await installProject(`example-${name}`, { from, files })
  // In development alone, StrictMode of React mounts each component twice.
  await project.run('npm', ['run', 'build'], { NODE_ENV: 'development' })
  return project
}

/** The code in the README of an example, as files that are compiled too. */
function readmeFiles(from: string): Readonly<Record<string, string>> {
  const [, code] = /```tsx\n(.*?)```/s.exec(readFileSync(join(from, 'README.md'), 'utf8')) ?? []
  return code === undefined ? {} : { 'src/OneTag.tsx': code }
}

/** Opens the built page. The test fails if the page reports an error. */
async function openBuilt(project: InstalledProject): Promise<Page> {
  const server = await serveFiles(join(project.folder, 'dist'))
  const page = await browser.newPage()
  const errors: unknown[] = []
  page.on('pageerror', (error) => errors.push(error))
  onTestFinished(async () => {
    await page.close()
    await server.close()
    expect(errors).toEqual([])
  })
  await page.goto(server.url)
  return page
}

const isShown = (page: Page, text: string | RegExp) => page.getByText(text).waitFor()
const registry = () => inject('registryUrl')

describe.each(['page', 'react', 'vue'] as const)('examples/%s', (name) => {
  const repository = `examples/${name}`
  let project: InstalledProject
  beforeAll(async () => {
    project = await builtExample(name)
  })

  it('pushes the chosen archive and fills the bar', async () => {
    const page = await openBuilt(project)
    const { held, release } = await holdUploads(page)
    await fillAndPush(page, ARCHIVE, `${repository}:v1`)
    await held
    expect(await page.getByRole('progressbar').count()).toBe(1)
    release()
    await isShown(page, /Pushed .*sha256:[0-9a-f]{64}/)
    expect(await listTags(registry(), repository)).toEqual(['v1'])
  })

  it('cancels a push by its button', async () => {
    const page = await openBuilt(project)
    const { held, release } = await holdUploads(page)
    await fillAndPush(page, ARCHIVE, `${repository}-cancelled:v1`)
    await held
    await page.getByRole('button', { name: 'Cancel' }).click()
    release()
    await isShown(page, 'Cancelled')
    await expect(listTags(registry(), `${repository}-cancelled`)).rejects.toThrow()
  })

  it('shows the error of a name that is not valid', async () => {
    const page = await openBuilt(project)
    await fillAndPush(page, ARCHIVE, 'team/app:not valid')
    await isShown(page, /not valid.*tag|tag.*not valid/)
  })
})

describe.each(['react', 'vue'] as const)('usePush() of examples/%s', (name) => {
  const repository = `examples/${name}`
  let project: InstalledProject
  beforeAll(async () => {
    project = await builtExample(name)
  })

  it('pauses a push, and resumes it', async () => {
    const page = await openBuilt(project)
    const { held, release } = await holdUploads(page)
    await fillAndPush(page, ARCHIVE, `${repository}-paused:v1`)
    await held
    await page.getByRole('button', { name: 'Pause' }).click()
    release()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await expect(listTags(registry(), `${repository}-paused`)).rejects.toThrow()
    await page.getByRole('button', { name: 'Resume' }).click()
    await isShown(page, /Pushed sha256:/)
  })

  it('cancels a push when its component unmounts', async () => {
    const page = await openBuilt(project)
    const { held, release } = await holdUploads(page)
    await fillAndPush(page, ARCHIVE, `${repository}-unmounted:v1`)
    await held
    const dropped = page.waitForRequest((request) => request.method() === 'DELETE')
    await page.getByRole('button', { name: 'Close' }).click()
    release()
    await dropped
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('button', { name: 'Push' }).waitFor()
    await expect(listTags(registry(), `${repository}-unmounted`)).rejects.toThrow()
  })
})
