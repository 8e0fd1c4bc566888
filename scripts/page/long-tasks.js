/** @import { Page } from 'playwright' */

/**
 * Notes the tasks of the main thread that took over 50 ms, from the next address on.
 *
 * @param {Page} page
 */
export async function watchLongTasks(page) {
  await page.addInitScript(() => {
    /** @type {{ end: number, duration: number }[]} */
    const tasks = []
    Object.assign(window, { longTasks: tasks })
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) tasks.push({ end: startTime + duration, duration })
    }).observe({ type: 'longtask', buffered: true })
  })
}

/**
 * @param {Page} page
 * @returns {Promise<ReadonlyArray<{ end: number, duration: number }>>} the tasks so far: when they ended, and how long they took, in milliseconds
 */
export function longTasks(page) {
  return page.evaluate(() => /** @type {any} */ (window).longTasks)
}
