import { readHeap } from './push.js'

/** @import { Site } from './site.js' */
/** @import { startProfile } from './browser.js' */

/**
 * Downloads an image as a tar, as a browser without a file picker does.
 *
 * @param {Awaited<ReturnType<typeof startProfile>>} profile
 * @param {Site} site
 * @param {Readonly<Record<string, string>>} place Registry, repository and reference.
 */
export async function measureDownload({ context, memory }, site, place) {
  const page = await context.newPage()
  await page.addInitScript(() => Object.assign(globalThis, { showSaveFilePicker: undefined }))
  await page.goto(`${site.url}?${new URLSearchParams(place)}`)
  const heap = await readHeap(page)
  await page.getByRole('button', { name: 'Download', exact: true }).click()
  const before = memory()
  const begun = performance.now()
  let isSaved = false
  const saved = page.waitForEvent('download', { timeout: 300_000 }).then(async (download) => {
    await download.path()
    isSaved = true
  })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const peak = { heap: 0, memory: 0 }
  while (!isSaved) {
    peak.heap = Math.max(peak.heap, await heap())
    peak.memory = Math.max(peak.memory, memory())
    await Promise.race([saved, page.waitForTimeout(250)])
  }
  const time = performance.now() - begun
  await page.close()
  return { time, before, peak }
}
