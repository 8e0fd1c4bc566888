import { createTestRegistry } from 'registry-api-v2-client/testing'
import { longTasks, watchLongTasks } from './long-tasks.js'
import { addRepositories, addTags } from './many.js'
import { servePage } from './site.js'

/** @import { Browser, Page } from 'playwright' */

const REPOSITORIES = 10_000
const TAGS = 2_000

/**
 * Lists many repositories and many tags, scrolls through them, and searches.
 *
 * @param {Browser} browser
 */
export async function measureLists(browser) {
  const registry = createTestRegistry({ pageSize: 1000, keptRequests: 0 })
  await addRepositories(registry, REPOSITORIES)
  await addTags(registry, 'many/tags', TAGS)
  const site = await servePage(registry.fetch)
  try {
    return [
      await look(browser, site.url, {}, `${REPOSITORIES} repositories listed, searched, scrolled`),
      await look(browser, site.url, { repository: 'many/tags' }, `${TAGS} tags listed with dates and sizes, scrolled`),
    ]
  } finally {
    await site.close()
  }
}

/**
 * @param {Browser} browser
 * @param {string} url
 * @param {Readonly<Record<string, string>>} place
 * @param {string} what
 */
async function look(browser, url, place, what) {
  const page = await browser.newPage()
  await watchLongTasks(page)
  const begun = performance.now()
  await page.goto(`${url}?${new URLSearchParams({ registry: url, ...place })}`)
  await page.locator('main a[href*=repository]').first().waitFor()
  const first = performance.now() - begun
  await page.waitForLoadState('networkidle', { timeout: 300_000 })
  const all = performance.now() - begun
  await search(page)
  await page.mouse.move(400, 400)
  for (let turn = 0; turn < 30; turn++) {
    await page.mouse.wheel(0, 4000)
    await page.waitForTimeout(50)
  }
  const tasks = await longTasks(page)
  await page.close()
  return { what, first, all, tasks }
}

/** @param {Page} page */
async function search(page) {
  const field = page.getByRole('searchbox').first()
  if ((await field.count()) === 0) return
  await field.pressSequentially('7', { delay: 200 })
  await field.fill('')
  await page.waitForTimeout(500)
}
