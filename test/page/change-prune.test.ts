import { afterAll, beforeAll, expect, it } from 'vitest'
import { listTags, pushDockerTar, retagImage } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { chooseTags, closeDialog, dialog } from '../support/demo-change.ts'
import { accessibilityFindings, button, openDemo, page, shows, useDemoPage } from '../support/demo-page.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'

useDemoPage()

let real: Distribution
beforeAll(async () => {
  real = await startDistribution()
})
afterAll(() => real?.stop())

const TAGS = ['latest', 'v1.2', 'v1.10', 'v1.9', 'pr-1', 'pr-2', 'pr-3']

it('clean-up by rules previews the plan while the form changes, deletes, and goes on from there', async () => {
  for (const tag of TAGS) {
    const archive = await createTestArchive({ images: [{ layers: [{ file: tag }] }] })
    await pushDockerTar(archive, real.url, 'team/old', tag)
  }
  await openDemo({ registry: real.url, repository: 'team/old' })
  await button('Clean up by rules').click()
  await shows(dialog(), 'There is nothing to delete.')
  await dialog().getByLabel('Newest images to keep').fill('1')
  await shows(dialog(), 'Deletes 4 tags and 4 images. Keeps 3 tags.')
  await dialog().getByText('Kept, with the reasons').click()
  await shows(dialog(), 'latest – one of the tags to keep')
  await shows(dialog(), 'v1.10 – one of the newest')
  expect(await accessibilityFindings()).toEqual([])
  await dialog().getByLabel('Newest images to keep').fill('')
  await shows(dialog(), 'Fill in a rule')
  await dialog().getByLabel('Only these tags').fill('pr-*')
  for (const text of ['1.5', '-1', 'ten']) {
    await dialog().getByLabel('Newest images to keep').fill(text)
    await shows(dialog(), 'Type whole numbers')
    expect(await dialog().getByRole('heading', { name: 'To delete' }).count()).toBe(0)
  }
  expect(await accessibilityFindings()).toEqual([])
  await dialog().getByLabel('Newest images to keep').fill('')
  await shows(dialog(), 'Deletes 3 tags and 3 images. Keeps 4 tags.')
  await page.setViewportSize({ width: 375, height: 700 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
  expect(await dialog().evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true)
  await page.setViewportSize({ width: 1280, height: 720 })
  await button('Delete 3 tags').click()
  await shows(dialog(), 'Deleted: ')
  expect([...(await listTags(real.url, 'team/old'))].sort()).toEqual(['latest', 'v1.10', 'v1.2', 'v1.9'])
  await closeDialog()
  expect(await page.getByRole('link', { name: 'pr-1' }).count()).toBe(0)
})

it('clean-up by rules keeps all names of an image that stays, unless asked, and lists newer versions first', async () => {
  for (const tag of ['1.2.0', '1.10.0', '2.0.0']) {
    const archive = await createTestArchive({ images: [{ layers: [{ file: tag }] }] })
    await pushDockerTar(archive, real.url, 'team/names', tag)
  }
  await retagImage(real.url, 'team/names', '2.0.0', ['latest', 'stable'])
  await openDemo({ registry: real.url, repository: 'team/names' })
  const table = await page.getByRole('table').boundingBox()
  const prune = await button('Clean up by rules').boundingBox()
  expect(prune?.y).toBeLessThan(table?.y ?? 0)
  await button('Clean up by rules').click()
  await dialog().getByLabel('Newest images to keep').fill('0')
  await shows(dialog(), 'Deletes 2 tags and 2 images. Keeps 3 tags.')
  expect(await dialog().locator('.removal li').first().textContent()).toContain('1.10.0')
  await dialog().getByText('Also delete tags of images that are kept').click()
  await shows(dialog(), 'Deletes 3 tags and 2 images. Keeps 2 tags.')
  await page.setViewportSize({ width: 800, height: 500 })
  const footer = await dialog().locator('footer').boundingBox()
  expect((footer?.y ?? 999) + (footer?.height ?? 0)).toBeLessThanOrEqual(500)
  await dialog().getByRole('button', { name: 'Cancel' }).click()

  await page.setViewportSize({ width: 375, height: 700 })
  await chooseTags('latest')
  await button('Build on this image')
    .or(page.getByRole('link', { name: 'Build on this image' }))
    .waitFor()
  const remove = await button('Delete').boundingBox()
  expect((remove?.x ?? 999) + (remove?.width ?? 0)).toBeLessThanOrEqual(375)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
})

it('clean-up by rules is there in Korean', async () => {
  await pushDockerTar(await createTestArchive(), real.url, 'team/korean', 'v1')
  await page.evaluate(() => localStorage.setItem('language', 'ko'))
  await openDemo({ registry: real.url, repository: 'team/korean' })
  await button('규칙으로 정리').click()
  await shows(dialog(), '삭제할 항목이 없습니다.')
  await page.evaluate(() => localStorage.removeItem('language'))
})
