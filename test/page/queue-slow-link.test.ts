import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { shownProgress, standstills, watchProgress, wrongEstimates } from '../../scripts/page/shown-progress.js'
import { serveSlowLink } from '../../scripts/slow-link.js'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { writeLargeArchive } from '../support/large-archive.ts'

const folder = mkdtempSync(join(tmpdir(), 'slow-link-'))
let demo: DemoBrowser
let page: Page

beforeAll(async () => {
  demo = await openDemoBrowser()
  page = await demo.context.newPage()
})
afterAll(async () => {
  await demo?.close()
  rmSync(folder, { recursive: true })
})

// A busy machine delays what is shown: the bounds of time are wide, yet far below what a chunk of 5 MiB takes.
it('the page over a slow link shows ever more bytes, and how long it takes once that is measured', async () => {
  const path = join(folder, 'slow.tar')
  const name = `slow/${Date.now().toString(36)}:v1`
  await writeLargeArchive(path, { layers: 2, layerMiB: 6, name })
  const link = await serveSlowLink(inject('registryUrl'), { roundTrip: 40, bitsPerSecond: 3_200_000 })
  await page.goto(demo.urlFor(link.url))
  await page.getByLabel('Choose archives').setInputFiles(path)
  await watchProgress(page)
  await page.getByRole('button', { name: 'Push', exact: true }).click()
  await page.getByText('measuring the speed').waitFor()
  await page
    .getByRole('status')
    .filter({ hasText: `Pushed ${name}.` })
    .waitFor({ timeout: 100_000 })
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
}, 120_000)
