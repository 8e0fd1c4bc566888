import { describe, expect, it } from 'vitest'
import { listRepositories } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  alertText,
  button,
  chooseFile,
  holdUploads,
  layersOf,
  page,
  registry,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'

useDemoPage()

const summary = () => page.getByRole('region', { name: 'Progress of all pushes' })
const bars = () => page.locator('.bars')

describe('a push under way in the page', () => {
  it('shows a bar for each layer and one for all, in sight, and the per cent in the title', async () => {
    const isUploading = holdUploads()
    await chooseFile('hello.tar', await createTestArchive({ images: [{ layers: layersOf(6) }] }))
    const limit = page.getByLabel('Speed limit')
    await limit.selectOption('50 MB per second')
    await button('Push').click()
    await isUploading

    await shows(bars(), 'Layer 6')
    expect(await limit.inputValue()).toBe('50000000')
    expect(await page.getByRole('progressbar').count()).toBe(8)
    await shows(summary(), 'measuring the speed')
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    const { y = -1 } = (await summary().boundingBox()) ?? {}
    expect(y).toBeGreaterThanOrEqual(0)
    await expect.poll(() => page.title()).toMatch(/^\d+ % – /)
    expect(await accessibilityFindings()).toEqual([])
    await limit.selectOption('0.5 MB per second')
    expect(await limit.inputValue()).toBe('500000')
    await button('Cancel').click()
    await shows(status(), 'Cancelled.')
    await expect.poll(() => page.title()).not.toMatch(/%/)
  })

  it('numbers the layers by repository, and tells what was sent from what was there', async () => {
    const archive = await createTestArchive({ images: [{ names: ['team/a:v1', 'team/b:v1'], layers: layersOf(2) }] })
    await chooseFile('hello.tar', archive)
    await button('Push').click()
    await shows(status(), 'Pushed team/a:v1, team/b:v1.')
    await shows(summary(), 'already there')
    expect(await summary().textContent()).toMatch(/^Pushed[\d.]+ kB sent, [\d.]+ kB already there$/)
    const names = await page.locator('.bars').locator('li > span:first-child').allTextContents()
    expect(names).toEqual(['Layer 1', 'Layer 2', 'Config', 'Layer 1', 'Layer 2', 'Config'])
  })

  it('sends nothing while it is paused', async () => {
    let release = () => {}
    const isUploading = new Promise<void>((resolve) => {
      void page.route('**/blobs/uploads/**', async (route) => {
        if (['PATCH', 'PUT'].includes(route.request().method())) {
          resolve()
          await new Promise<void>((go) => {
            const before = release
            release = () => [before(), go()]
          })
        }
        await route.continue()
      })
    })
    await chooseFile('hello.tar', await createTestArchive({ images: [{ layers: layersOf(6) }] }))
    await button('Push').click()
    await isUploading
    await button('Pause').click()
    await shows(status(), 'Paused.')
    release()
    await page.unrouteAll({ behavior: 'wait' })
    // What was under way has ended.
    await expect.poll(() => registry.openUploads).toBe(0)
    const before = registry.requests.length
    await page.waitForTimeout(300)
    expect(registry.requests).toHaveLength(before)
    expect(registry.requests.some(({ method, url }) => method === 'PUT' && url.includes('/manifests/'))).toBe(false)

    await button('Resume').click()
    await shows(status(), 'Pushed team/hello:v1.')
    expect(registry.requests.length).toBeGreaterThan(before)
  })

  it('says at once that it is cancelled, leaves no upload open, and can begin again', async () => {
    const isUploading = holdUploads()
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await isUploading
    const second = { timeout: 2000 }
    await button('Cancel').click(second)
    // The SDK gives the held requests a few seconds to end.
    await status().filter({ hasText: 'Cancelling…' }).waitFor(second)
    expect(await summary().locator('.grow').textContent()).not.toMatch(/left|per second/)
    expect(await button('Pause').isDisabled()).toBe(true)
    await shows(status(), 'Cancelled.')
    await shows(bars(), 'stopped, ')
    expect(registry.openUploads).toBe(0)
    expect(await listRepositories(registry.url)).toEqual([])
    expect(await alertText()).toBe('')

    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
  })
})
