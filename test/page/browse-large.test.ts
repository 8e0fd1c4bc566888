import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createTestRegistry, type TestRegistry } from '../../src/testing/index.ts'
import { openDemo, page, useDemoPage } from '../support/demo-page.ts'
import { longestTaskDuring } from '../support/long-tasks.ts'
import { serveForPages } from '../support/serve-for-pages.ts'

// 2,000 tags: the main thread of the page is never busy for long.

useDemoPage()

/** In milliseconds: for thousands of requests on a busy machine. */
const SLOW = 300_000
/** In milliseconds of processor time. Measured on two busy cores: 40, and 730 if all rows are drawn at once. */
const LONG = 250
/** Rows that are drawn at once. */
const PIECE = 50

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()

async function send({ fetch }: TestRegistry, method: string, path: string, body?: string, type?: string) {
  const headers = type ? { 'content-type': type } : undefined
  const response = await fetch(new Request(`http://registry.test/v2/${path}`, { method, body, headers }))
  expect(response.ok, `${method} ${path}`).toBe(true)
  return response
}

/** The images under the tags: several tags name one. */
const IMAGES = 250

/** Puts images under tags. All of them share a layer. */
async function fillTags(registry: TestRegistry, count: number): Promise<void> {
  const put = async (text: string) => {
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
    const location = (await send(registry, 'POST', 'many/tags/blobs/uploads/')).headers.get('location') ?? ''
    const url = new URL(location, 'http://registry.test')
    await send(registry, 'PUT', `${url.pathname.slice('/v2/'.length)}${url.search || '?'}&digest=${digest}`, text)
    return { digest, size: text.length }
  }
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...(await put('shared'.repeat(1000))) }
  for (let number = 0; number < count; number++) {
    const created = new Date(Date.UTC(2026, 0, 1) + (number % IMAGES) * 3_600_000).toISOString()
    const rootfs = { type: 'layers', diff_ids: [layer.digest] }
    const config = await put(JSON.stringify({ os: 'linux', architecture: 'amd64', created, config: {}, rootfs }))
    const content = {
      ...{ schemaVersion: 2, mediaType: MANIFEST },
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [layer],
    }
    await send(registry, 'PUT', `many/tags/manifests/v1.${number}`, JSON.stringify(content), MANIFEST)
  }
}

it('2,000 tags are read, those in view first, and ordered, filtered and chosen without a long task', {
  timeout: SLOW,
}, async () => {
  page.setDefaultTimeout(SLOW)
  const registry = createTestRegistry({ pageSize: 1000, keptRequests: 0 })
  await fillTags(registry, 2000)
  const served = await serveForPages(registry.fetch)
  const status = () => page.getByRole('status').first().innerText()
  try {
    await openDemo({ registry: served.url })
    const link = page.getByRole('link', { name: 'many/tags' })
    await link.waitFor()
    const longest = await longestTaskDuring(page, async () => {
      await link.click()
      await page.locator('tr[data-tag="v1.1999"] time').waitFor()
      expect(await status()).toMatch(/Reading sizes and dates: [\d,]+ of 2,000 tags/)
      // What comes into view is read next.
      await page.mouse.wheel(0, 3000)
      await page.locator('tr[data-tag="v1.1930"] time').waitFor()
      expect(await status()).toContain('Reading sizes and dates')
      const order = page.getByLabel('Order', { exact: true })
      await order.selectOption('Oldest')
      await said(/^Tags: 2,000 · [\d.]+ kB in total \(shared layers are counted once\)$/)
      expect(await page.locator('tbody th').first().innerText()).toBe(`v1.${2000 - IMAGES}`)
      // Rows that move while they are read do not take the view along, which would draw all of them.
      expect(await page.locator('tbody th').count()).toBeLessThanOrEqual(4 * PIECE)
      await page.getByLabel('Select all 2,000 tags').check()
      await said('Selected: 2,000')
      await page.getByRole('searchbox').pressSequentially('*99')
      await expect.poll(() => page.locator('tbody th').count()).toBe(20)
      await page.getByRole('searchbox').fill('')
      await expect.poll(() => page.locator('tbody th').count()).toBe(PIECE)
      await order.selectOption('Smallest')
    })
    expect(longest).toBeLessThan(LONG)

    // The second look asks each tag once, and nothing else.
    served.asked.length = 0
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect.poll(() => served.asked.length, { timeout: SLOW }).toBe(2000 + 2)
    await said(/^Tags: 2,000 · /)
    expect(served.asked.filter((text) => !text.startsWith('HEAD '))).toHaveLength(2)
  } finally {
    await served.close()
  }
})
