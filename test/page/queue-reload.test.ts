import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveSlowLink } from '../../scripts/slow-link.js'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { expectStored } from '../support/stored-image.ts'

const MIB = 2 ** 20
const folder = mkdtempSync(join(tmpdir(), 'queue-'))
const large = join(folder, 'large.tar')
const small = join(folder, 'small.tar')
let archive: LargeArchive
let demo: DemoBrowser
let registry: ServedTestRegistry
let context: BrowserContext

beforeAll(async () => {
  archive = await writeLargeArchive(large, { layers: 2, layerMiB: 10, name: 'team/large:v1' })
  demo = await openDemoBrowser()
})
beforeEach(async () => {
  writeFileSync(small, await createTestArchive())
  registry = await serveTestRegistry({ profile: 'distribution-3' })
  context = await demo.openContext()
})
afterEach(async () => {
  await context.close()
  await registry.close()
})
afterAll(async () => {
  await demo?.close()
  rmSync(folder, { recursive: true })
})

async function openTab(url = registry.url): Promise<Page> {
  const page = await context.newPage()
  // A reload in the middle of a push asks first.
  page.on('dialog', (dialog) => dialog.accept())
  await page.goto(demo.urlFor(url))
  return page
}

const entry = (page: Page, name = 'large.tar') => page.getByRole('listitem', { name })
const choose = (page: Page, path: string, label = 'Choose archives') => page.getByLabel(label).setInputFiles(path)
const push = (page: Page) => page.getByRole('button', { name: 'Push', exact: true }).click()
const says = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()

describe('the queue of the page, loaded again', () => {
  it('has the entry and its edited name, and goes on with what was sent', async () => {
    const link = await serveSlowLink(registry.url, { roundTrip: 10, bitsPerSecond: 40_000_000 })
    const page = await openTab(link.url)
    await choose(page, large)
    await entry(page).getByLabel('Repository').fill('team/renamed')
    await push(page)
    await expect.poll(() => registry.bodyBytes, { timeout: 20_000 }).toBeGreaterThan(6 * MIB)
    await page.reload()
    await says(page, 'Choose it again to continue.')
    await page.getByText('It is pushed as team/renamed:v1.').waitFor()
    await expect.poll(() => registry.openUploads).toBeGreaterThan(0)
    const sent = registry.bodyBytes

    await choose(page, large)
    await says(page, 'Pushed team/renamed:v1.')
    await link.stop()
    await expectStored(registry.url, 'team/renamed', 'v1', archive)
    const again = registry.bodyBytes - archive.layerBytes
    expect(again).toBeLessThan(sent / 2)
    await page.reload()
    await says(page, 'Pushed team/renamed:v1.')
  })

  it('tells that the file has changed, and pushes it when the user says so', async () => {
    const page = await openTab()
    await choose(page, small)
    await says(page, 'image found')
    await page.reload()
    await says(page, 'Choose it again to continue.')
    writeFileSync(small, await createTestArchive({ images: [{ layers: [{ other: 'content' }] }] }))
    utimesSync(small, 1e9, 1e9)
    await choose(page, small, 'Choose the file')
    await page.getByRole('alert').filter({ hasText: 'This is a different file' }).waitFor()
    await page.getByRole('button', { name: 'Push it anyway' }).click()
    await says(page, 'Pushed team/hello:v1.')
  })

  it('opens a dropped file again after one click, and tells when it is gone', async () => {
    const page = await openTab()
    await page.getByText('or drop them here').waitFor()
    const session = await context.newCDPSession(page)
    const data = { items: [], files: [small], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
    }
    await says(page, 'image found')
    await page.reload()
    await page.getByRole('button', { name: 'Open it again' }).click()
    await says(page, 'image found')
    await page.reload()
    rmSync(small)
    await page.getByRole('button', { name: 'Open it again' }).click()
    await page.getByRole('alert').filter({ hasText: 'The file is no longer there' }).waitFor()
    expect(await page.getByRole('button', { name: 'Open it again' }).count()).toBe(0)
  })

  it('forgets an entry after 30 days, and the browser keeps nothing of it', async () => {
    const page = await openTab()
    await choose(page, small)
    await says(page, 'image found')
    const change = (age: number) =>
      page.evaluate(
        (age) =>
          new Promise<number>((resolve) => {
            const opening = indexedDB.open('registry-push')
            opening.onsuccess = () => {
              const store = opening.result.transaction('queue', 'readwrite').objectStore('queue')
              const all = store.getAll()
              all.onsuccess = () => {
                for (const entry of age ? all.result : []) store.put({ ...entry, savedAt: Date.now() - age }, entry.id)
                store.transaction.oncomplete = () => resolve(all.result.length)
              }
            }
          }),
        age,
      )
    const day = 86_400_000
    expect(await change(29 * day)).toBe(1)
    await page.reload()
    await says(page, 'Choose it again to continue.')
    await change(31 * day)
    await page.reload()
    await page.getByText('or drop them here').waitFor()
    await expect.poll(() => change(0)).toBe(0)
    expect(await entry(page).count()).toBe(0)
  })

  it('asks before it is left only while something is under way', async () => {
    const page = await openTab()
    const asked: string[] = []
    page.on('dialog', (dialog) => asked.push(dialog.type()))
    await choose(page, small)
    await says(page, 'image found')
    await page.reload()
    expect(asked).toEqual([])
    await page.route('**/blobs/uploads/**', () => undefined)
    await choose(page, small)
    await push(page)
    await page.getByText('Connecting').or(page.getByText('Pushing…')).first().waitFor()
    await page.reload()
    expect(asked).toEqual(['beforeunload'])
  })
})

describe.each([true, false])('the queue in two tabs, with Web Locks: %s', (hasLocks) => {
  beforeEach(async () => {
    if (!hasLocks) await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
  })

  it('pushes in one, shows it in the other, and is taken over when that one is closed', async () => {
    const link = await serveSlowLink(registry.url, { roundTrip: 10, bitsPerSecond: 40_000_000 })
    const [first, second] = [await openTab(link.url), await openTab(link.url)]
    await choose(first, large)
    await entry(second).getByText('Another tab of this browser is using it.').waitFor()
    expect(await second.getByRole('button', { name: 'Push', exact: true }).count()).toBe(0)
    await push(first)
    await says(second, 'Pushing…')
    await expect.poll(() => registry.bodyBytes, { timeout: 20_000 }).toBeGreaterThan(4 * MIB)
    await first.close()

    await says(second, 'Choose it again to continue.')
    await choose(second, large, 'Choose the file')
    await says(second, 'Pushed team/large:v1.')
    await link.stop()
    await expectStored(registry.url, 'team/large', 'v1', archive)
  })
})

describe('the queue of the page when the browser keeps nothing', () => {
  it.each([
    [
      'forbids IndexedDB',
      () =>
        Object.defineProperty(window, 'indexedDB', {
          get: () => {
            throw new DOMException('no', 'SecurityError')
          },
        }),
    ],
    [
      'has no room left',
      () => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException('full', 'QuotaExceededError')
        }
      },
    ],
  ])('pushes, and says it once, when it %s', async (_case, spoil) => {
    await context.addInitScript(spoil)
    const page = await openTab()
    await choose(page, small)
    await page.getByText('The browser cannot save this list').waitFor()
    await push(page)
    await says(page, 'Pushed team/hello:v1.')
  })
})
