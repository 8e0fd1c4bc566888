import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { writeLargeArchive } from '../support/large-archive.ts'
import { shownProgress, standstills, watchProgress, wrongEstimates } from '../support/shown-progress.js'
import { serveSlowLink } from '../support/slow-link.js'

const MIB = 2 ** 20
const folder = mkdtempSync(join(tmpdir(), 'slow-link-'))
let demo: DemoBrowser
let page: Page

beforeAll(async () => {
  demo = await openDemoBrowser()
})
beforeEach(async () => {
  page = await demo.context.newPage()
  return () => page.close()
})
afterAll(async () => {
  await demo?.close()
  rmSync(folder, { recursive: true })
})

// A machine that is busy with other things delays what is shown: the bounds of time are wide, yet far below what a chunk of 5 MiB takes.
describe('the demo page over a slow link', () => {
  it('shows ever more bytes, and how long it will take', { timeout: 120_000 }, async () => {
    const path = join(folder, 'slow.tar')
    const name = `slow/${Date.now().toString(36)}:v1`
    await writeLargeArchive(path, { layers: 2, layerMiB: 6, name })
    const link = await serveSlowLink(inject('registryUrl'), { roundTrip: 40, bitsPerSecond: 3_200_000 })
    await choose(path, link.url)
    await watchProgress(page)
    await push()
    await says(`Pushed ${name}.`)
    const shown = await shownProgress(page)
    await link.stop()

    expect(shown.at(-1)?.at).toBeGreaterThan(28)
    const still = standstills(shown)
    expect(still.at(Math.floor(still.length * 0.9))).toBeLessThan(2)
    expect(still.at(-1)).toBeLessThan(6)

    const early = shown.filter(({ bytes }) => bytes < 65_536)
    expect(early.map(({ left }) => left)).toEqual(early.map(() => undefined))
    const wrong = wrongEstimates(shown)
    expect(wrong.length).toBeGreaterThan(5)
    expect(wrong.at(Math.floor(wrong.length * 0.8))).toBeLessThan(0.3)
  })

  it('loaded anew, goes on with what it had sent before', { timeout: 120_000 }, async () => {
    const path = join(folder, 'reload.tar')
    const { layerBytes } = await writeLargeArchive(path, { layers: 3, layerMiB: 14, name: 'team/reload:v1' })
    const registry = await serveTestRegistry({ profile: 'distribution-3' })
    const link = await serveSlowLink(registry.url, { roundTrip: 40, bitsPerSecond: 24_000_000 })
    await choose(path, link.url)
    await push()
    await page.waitForTimeout(8000)
    await page.reload()
    await expect.poll(() => page.evaluate(notedOffsets)).toHaveLength(3)
    // What is in a broken chunk counts when the registry has noticed that it is broken.
    await page.waitForTimeout(1000)
    const sent = registry.bodyBytes
    expect(sent).toBeGreaterThan(10 * MIB)
    expect(sent).toBeLessThan(layerBytes)
    // So much is in chunks that have ended: a proxy that keeps requests back until they are whole passes on no more.
    const noted = await page.evaluate(notedOffsets)
    expect(noted.reduce((sum, offset) => sum + offset) / sent).toBeGreaterThan(0.75)

    await choose(path)
    await push()
    await says('Pushed team/reload:v1.')
    const again = registry.bodyBytes - layerBytes
    expect(again / sent).toBeLessThan(0.2)
    await link.stop()
    await registry.close()
  })
})

async function choose(path: string, registry?: string): Promise<void> {
  if (registry) await page.goto(demo.urlFor(registry))
  await page.getByLabel('Choose an archive or drop it here').setInputFiles(path)
}

async function push(): Promise<void> {
  await page.getByRole('button', { name: 'Push', exact: true }).click()
}

async function says(text: string): Promise<void> {
  await page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 100_000 })
}

/** How far the page's database says that uploads are, in bytes. */
function notedOffsets(): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('registry-api-v2-client')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const reading = opening.result.transaction('uploads').objectStore('uploads').getAll()
      reading.onsuccess = () => resolve(reading.result.map(({ offset }) => offset))
    }
  })
}
