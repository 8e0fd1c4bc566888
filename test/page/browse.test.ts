import { expect, it } from 'vitest'
import { pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { accessibilityFindings, openDemo, page, registry, useDemoPage } from '../support/demo-page.ts'

useDemoPage()

it('the page lists the repositories of a registry, and the tags of one', async () => {
  const archive = await createTestArchive()
  for (const tag of ['v9', 'v10']) await pushDockerTar(archive, registry.url, 'team/hello', tag)
  await openDemo({ registry: registry.url })

  await page.getByRole('link', { name: 'team/hello' }).click()
  await page.getByRole('heading', { name: 'team/hello' }).waitFor()
  await page.getByRole('link', { name: 'v10' }).waitFor()
  expect(await page.getByRole('region', { name: 'team/hello' }).getByRole('link').allTextContents()).toEqual([
    'v10',
    'v9',
  ])
  expect(await accessibilityFindings()).toEqual([])

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('Language').selectOption('한국어')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: '둘러보기' }).click()
  await page.getByRole('heading', { name: '저장소' }).waitFor()
})
