import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getDigest, ResponseError } from 'registry-api-v2-client/node'
import { bringArchive } from '../../bench/archives.js'
import { largeImage } from '../../bench/cases/push.js'
import { longTasks, watchLongTasks } from './long-tasks.js'

/** @import { Site } from './site.js' */
/** @import { startProfile } from './browser.js' */

/** The archive of the benchmarks has 1.45 GB. */
const GIGABYTE = 1 / 1.45

/** Makes an archive of 1 GB, and keeps it for the next time, where the benchmarks keep theirs. */
export async function bringGigabyte() {
  const folder = join(tmpdir(), 'registry-api-v2-client-bench')
  mkdirSync(folder, { recursive: true })
  return bringArchive(folder, { ...largeImage(GIGABYTE), format: 'docker-25' })
}

/**
 * Pushes an archive from the page to a registry.
 *
 * @param {Awaited<ReturnType<typeof startProfile>>} profile
 * @param {Site} site
 * @param {string} registry
 * @param {string} archive The path.
 */
export async function measurePush({ context, memory }, site, registry, archive) {
  const page = await context.newPage()
  await watchLongTasks(page)
  await page.goto(`${site.url}?${new URLSearchParams({ registry, view: 'push' })}`)
  const heap = await readHeap(page)
  await page.locator('registry-push input[type=file]').first().setInputFiles(archive)
  await page.getByRole('textbox', { name: 'Repository' }).fill('page/large')
  await page.getByRole('textbox', { name: 'Tag' }).fill('v1')
  const before = memory()
  const begun = performance.now()
  await page.getByRole('button', { name: 'Push', exact: true }).click()
  const peak = { heap: 0, memory: 0 }
  while (!(await isThere(registry, 'page/large', 'v1'))) {
    peak.heap = Math.max(peak.heap, await heap())
    peak.memory = Math.max(peak.memory, memory())
    await page.waitForTimeout(250)
  }
  const time = performance.now() - begun
  const tasks = await longTasks(page)
  await page.close()
  return { time, tasks, before, peak }
}

/**
 * Reads the JS heap of a page's main thread, in bytes.
 *
 * @param {import('playwright').Page} page
 */
export async function readHeap(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0
  }
}

/**
 * @param {string} registry
 * @param {string} repository
 * @param {string} tag
 */
async function isThere(registry, repository, tag) {
  try {
    await getDigest(registry, repository, tag)
    return true
  } catch (error) {
    if (error instanceof ResponseError && error.status === 404) return false
    throw error
  }
}
