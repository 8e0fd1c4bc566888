import { expect, it } from 'vitest'
import { createTestArchive } from '../../src/testing/index.ts'
import { accessibilityFindings, button, chooseFile, layersOf, page, shows, useDemoPage } from '../support/demo-page.ts'

const PHONE = { width: 375, height: 700 }
useDemoPage({ viewport: PHONE })

it('the push form has its button within two screens of a phone, for an image of 127 layers', async () => {
  await chooseFile('many.tar', await createTestArchive({ images: [{ layers: layersOf(127) }] }))
  await button('Push').waitFor()
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  expect(height).toBeLessThan(2 * PHONE.height)
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(PHONE.width)
  await page.getByText('127 layers').click()
  await shows(page.locator('.layers li'), 'COPY layer-126 /')
  expect(await accessibilityFindings()).toEqual([])
})

it('a button that gets the focus comes out from behind the button to push', async () => {
  await page.setViewportSize({ width: 375, height: 350 })
  await chooseFile('many.tar', await createTestArchive({ images: [{ layers: layersOf(127) }] }))
  const add = button('Add another name')
  await add.waitFor()
  await page.getByText('127 layers').click()
  await add.evaluate((element) => scrollBy({ top: element.getBoundingClientRect().bottom - innerHeight + 10 }))
  await add.focus()
  const [added, push] = [await add.boundingBox(), await button('Push').boundingBox()]
  expect((added?.y ?? 0) + (added?.height ?? 0)).toBeLessThanOrEqual(push?.y ?? 0)
})
