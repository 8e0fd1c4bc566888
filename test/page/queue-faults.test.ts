import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveSlowLink } from '../../scripts/slow-link.js'
import { listTags, openRegistry } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { writeLargeArchive } from '../support/large-archive.ts'
import { expectStored } from '../support/stored-image.ts'

const MIB = 2 ** 20
const folder = mkdtempSync(join(tmpdir(), 'queue-'))
const large = join(folder, 'large.tar')
let demo: DemoBrowser
let context: BrowserContext
let page: Page
let registry: ServedTestRegistry

beforeAll(async () => {
  demo = await openDemoBrowser()
})
beforeEach(async () => {
  registry = await serveTestRegistry()
  context = await demo.openContext()
  page = await context.newPage()
})
afterEach(async () => {
  await context.close()
  await registry.close()
})
afterAll(async () => {
  await demo?.close()
  rmSync(folder, { recursive: true })
})

const choose = (...paths: string[]) => page.getByLabel('Choose archives').setInputFiles(paths)
const push = () => page.getByRole('button', { name: 'Push', exact: true }).click()
const says = (text: string) => page.getByRole('status').filter({ hasText: text }).first().waitFor()
const alerts = (text: string) => page.getByRole('alert').filter({ hasText: text }).first().waitFor()

/** Writes a small archive whose image has this name. */
async function small(name: string): Promise<string> {
  const path = join(folder, `${name}.tar`)
  writeFileSync(path, await createTestArchive({ images: [{ names: [`team/${name}:v1`], layers: [{ name }] }] }))
  return path
}

describe('the queue of the page', () => {
  it('pushes the others when one archive cannot be read, and one registry refuses', async () => {
    const bad = join(folder, 'bad.tar')
    writeFileSync(bad, 'no tar')
    await page.goto(demo.urlFor(registry.url))
    await page.route('**/team/b/**', (route) =>
      route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' } }),
    )
    await choose(bad, await small('b'), await small('c'), await small('d'))
    await push()
    await says('Pushed team/c:v1.')
    await says('Pushed team/d:v1.')
    await says('Not pushed.')
    await says('Not read.')
  })

  it('asks for the file again when it changes in the middle of a push', async () => {
    await writeLargeArchive(large, { layers: 2, layerMiB: 8, name: 'team/large:v1' })
    const link = await serveSlowLink(registry.url, { roundTrip: 10, bitsPerSecond: 30_000_000 })
    await page.goto(demo.urlFor(link.url))
    await choose(large)
    await push()
    await expect.poll(() => registry.bodyBytes, { timeout: 20_000 }).toBeGreaterThan(2 * MIB)
    const archive = await writeLargeArchive(large, { layers: 2, layerMiB: 8, name: 'team/large:v1' })
    await alerts('The file cannot be read')
    await page.getByLabel('Choose the file').setInputFiles(large)
    await page.getByRole('button', { name: 'Push it anyway' }).click()
    await says('Pushed team/large:v1.')
    await link.stop()
    await expectStored(registry.url, 'team/large', 'v1', archive)
  })

  it('goes on by itself after the registry was away for some seconds', async () => {
    await writeLargeArchive(large, { layers: 2, layerMiB: 8, name: 'team/large:v1' })
    const link = await serveSlowLink(registry.url, { roundTrip: 10, bitsPerSecond: 30_000_000 })
    await page.goto(demo.urlFor(link.url))
    await choose(large)
    await push()
    await expect.poll(() => registry.bodyBytes, { timeout: 20_000 }).toBeGreaterThan(2 * MIB)
    await context.setOffline(true)
    await says('Trying again…')
    await context.setOffline(false)
    await says('Pushed team/large:v1.')
    await link.stop()
  })

  it('asks once for a sign-in that is cancelled, and pushes all when the user signs in after that', async () => {
    const credentials = { username: 'ann', password: 'secret' }
    const closed = await serveTestRegistry({ credentials })
    await page.goto(demo.urlFor(closed.url))
    await choose(await small('a'), await small('b'))
    await push()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => page.getByText('You did not sign in').count()).toBe(2)
    expect(await dialog.isVisible()).toBe(false)

    await push()
    await dialog.getByLabel('User name').fill('ann')
    await dialog.getByLabel('Password').fill('secret')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await says('Pushed team/a:v1.')
    await says('Pushed team/b:v1.')
    expect(await listTags(openRegistry(closed.url, { credentials }), 'team/b')).toEqual(['v1'])
    await closed.close()
  })
})
