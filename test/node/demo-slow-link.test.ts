import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { writeLargeArchive } from '../support/large-archive.ts'
import { serveSlowLink } from '../support/slow-link.js'

/** What the page shows, and when, in seconds since the push began. */
interface Shown {
  readonly at: number
  readonly bytes: number
  readonly text: string
}

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
    await page.evaluate(watch)
    await push()
    await says(`Pushed ${name}.`)
    const all = await page.evaluate(() => (window as unknown as { shown: Shown[] }).shown)
    await link.stop()

    const shown = all.filter(({ bytes }, index) => bytes > (all[index - 1]?.bytes ?? 0))
    const end = shown.at(-1)?.at ?? 0
    expect(end).toBeGreaterThan(28)
    const standstills = shown.map(({ at }, index) => at - (shown[index - 1]?.at ?? 0)).sort((a, b) => a - b)
    expect(standstills.at(Math.floor(standstills.length * 0.9))).toBeLessThan(2)
    expect(standstills.at(-1)).toBeLessThan(6)

    expect(shown.filter(({ bytes }) => bytes < 65_536).map(({ text }) => leftIn(text))).not.toContainEqual(
      expect.any(Number),
    )
    const estimates = shown.filter(({ at }) => at > 10 && at < end - 5)
    expect(estimates.length).toBeGreaterThan(5)
    const right = estimates.filter(({ at, text }) => Math.abs((leftIn(text) ?? 0) / (end - at) - 1) < 0.3)
    expect(right.length / estimates.length).toBeGreaterThan(0.8)
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
    // So much any registry goes on with, also one that loses a chunk that breaks off.
    const noted = await page.evaluate(notedOffsets)
    expect(noted.reduce((sum, offset) => sum + offset) / sent).toBeGreaterThan(0.8)

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

/** Notes in the page what it shows whenever that changes. */
function watch(): void {
  const shown: Shown[] = []
  const total = document.querySelector('#total') as HTMLProgressElement
  const text = document.querySelector('#total-text') as HTMLElement
  let begun: number | undefined
  Object.assign(window, { shown })
  document.querySelector('#push')?.addEventListener('click', () => {
    begun = performance.now()
  })
  setInterval(() => {
    if (begun === undefined || total.value === shown.at(-1)?.bytes) return
    shown.push({ at: (performance.now() - begun) / 1000, bytes: total.value, text: text.textContent })
  }, 50)
}

/** In seconds: `about 2 minutes 20 seconds left`. */
function leftIn(text: string): number | undefined {
  const left = /about (.*) left/.exec(text)?.[1]
  if (left === undefined) return undefined
  const parts = [...left.matchAll(/([0-9]+) (second|minute)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unit === 'minute' ? 60 : 1), 0)
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
