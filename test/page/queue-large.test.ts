import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { expect, inject, it } from 'vitest'
import { openDemoBrowser } from '../support/demo-browser.ts'
import { writeLargeArchive } from '../support/large-archive.ts'
import { expectStored } from '../support/stored-image.ts'

const MIB = 2 ** 20

it('the page pushes 1 GB to a real registry with a small heap', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'))
  const demo = await openDemoBrowser()
  try {
    const path = join(folder, 'large.tar')
    const repository = `large/${Date.now().toString(36)}`
    const archive = await writeLargeArchive(path, { layers: 4, layerMiB: 256, name: `${repository}:v1` })
    const page = await demo.context.newPage()
    await page.goto(demo.urlFor(inject('registryUrl')))
    await page.getByLabel('Choose archives').setInputFiles(path)
    await page.getByRole('status').filter({ hasText: 'image found' }).waitFor()
    await page.getByRole('button', { name: 'Push', exact: true }).click()
    let heap = 0
    const done = page.getByRole('status').filter({ hasText: `Pushed ${repository}:v1.` })
    while ((await done.count()) === 0) {
      heap = Math.max(heap, ...(await heaps(page)))
      await page.waitForTimeout(250)
    }
    expect(heap).toBeLessThan(60 * MIB)
    expect(heap).toBeGreaterThan(0)
    await expectStored(inject('registryUrl'), repository, 'v1', archive)
  } finally {
    await demo.close()
    rmSync(folder, { recursive: true })
  }
}, 300_000)

/** The bytes that JavaScript has in the page and in its Workers, some of which end meanwhile. */
function heaps(page: Page): Promise<number[]> {
  const used = () => (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0
  return Promise.all([page.evaluate(used), ...page.workers().map((worker) => worker.evaluate(used).catch(() => 0))])
}
