import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { expectStored } from '../support/stored-image.ts'

const MIB = 2 ** 20
/** The SDK's own. */
const CHUNK = 5 * MIB

const folder = mkdtempSync(join(tmpdir(), 'reload-'))
const path = join(folder, 'large.tar')
let archive: LargeArchive
let demo: DemoBrowser
let registry: ServedTestRegistry
let page: Page

beforeAll(async () => {
  archive = await writeLargeArchive(path, { layers: 1, layerMiB: 300, name: 'team/large:v1' })
  demo = await openDemoBrowser()
  registry = await serveTestRegistry({ profile: 'distribution-3' })
  page = await demo.context.newPage()
  await page.goto(demo.urlFor(registry.url))
})
afterAll(async () => {
  await demo?.close()
  await registry?.close()
  rmSync(folder, { recursive: true })
})

it('the demo page, loaded anew in the middle of 300 MB, goes on where it was', { timeout: 120_000 }, async () => {
  await chooseAndPush()
  await expect.poll(() => registry.bodyBytes, { timeout: 60_000, interval: 20 }).toBeGreaterThan(100 * MIB)
  await page.reload()
  const before = registry.bodyBytes
  expect(before).toBeLessThan(archive.layerBytes)
  await expect.poll(() => registry.openUploads).toBe(1)

  await chooseAndPush()
  await says('Going on where it was left…')
  await says('Pushed team/large:v1.')
  expect(registry.bodyBytes).toBeGreaterThanOrEqual(archive.layerBytes)
  expect(registry.bodyBytes).toBeLessThan(archive.layerBytes + CHUNK)
  await expectStored(registry.url, 'team/large', 'v1', archive)
  expect(registry.openUploads).toBe(0)
  expect(await noted()).toEqual([])
})

async function chooseAndPush(): Promise<void> {
  await page.getByLabel('Choose an archive or drop it here').setInputFiles(path)
  await page.getByRole('button', { name: 'Push', exact: true }).click()
}

async function says(text: string): Promise<void> {
  await page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 60_000 })
}

/** What the page's database still has. */
function noted(): Promise<unknown> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('registry-api-v2-client')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const reading = opening.result.transaction('uploads').objectStore('uploads').getAllKeys()
          reading.onsuccess = () => resolve(reading.result)
        }
      }),
  )
}
