import { gzipSync } from 'node:zlib'

/** @import { BrowserContext } from 'playwright' */
/** @import { Site } from './site.js' */

/**
 * Opens the push view as a first visitor does, and finds what it loads at once, its Worker included.
 *
 * @param {BrowserContext} context Its cache has to be empty.
 * @param {Site} site
 * @returns {Promise<ReadonlyArray<{ name: string, bytes: number }>>} the files, and their sizes in gzip
 */
export async function loadedAtOnce(context, site) {
  site.asked.length = 0
  const page = await context.newPage()
  await page.goto(`${site.url}?view=push`)
  await page.locator('registry-push input[type=file]').first().waitFor({ state: 'attached' })
  await page.waitForLoadState('networkidle')
  await page.close()
  return [...new Set(site.asked)].map((name) => ({ name, bytes: gzipSync(site.read(name) ?? '').length }))
}
