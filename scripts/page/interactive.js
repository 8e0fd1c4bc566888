import { longTasks, watchLongTasks } from './long-tasks.js'

/** @import { Browser } from 'playwright' */
/** @import { Site } from './site.js' */

const SLOWER = 4

/**
 * Opens the push view as a first visitor on a slow machine does.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @returns {Promise<{ painted: number, interactive: number }>} when something is painted first, and when the form is there and the main thread
 *   is free, in milliseconds
 */
export async function measureStart(browser, site) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await watchLongTasks(page)
  await page.addInitScript(() => {
    const look = () => {
      const input = document.querySelector('registry-push')?.shadowRoot?.querySelector('input[type=file]')
      if (input) Object.assign(window, { formAt: performance.now() })
      else requestAnimationFrame(look)
    }
    look()
  })
  await page.goto(`${site.url}?view=push`)
  await page.waitForFunction(() => 'formAt' in window)
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(1000)
  const tasks = await longTasks(page)
  const { painted, formAt } = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    formAt: /** @type {number} */ (/** @type {any} */ (window).formAt),
  }))
  await context.close()
  return { painted, interactive: Math.max(formAt, ...tasks.map(({ end }) => end)) }
}
