import { it } from 'vitest'
import { createTestArchive } from '../../src/testing/index.ts'
import { chooseTags, pushTags } from '../support/demo-change.ts'
import { alert, button, openDemo, page, registry, shows, useDemoPage } from '../support/demo-page.ts'

// The files of a page that was updated after it was opened have other names.

useDemoPage()

const lose = (pattern: string) => page.route(pattern, (route) => route.fulfill({ status: 404 }))
const LOST = 'A part of this page did not load'

it('a view that does not load says so, and the page can be loaded again', async () => {
  await lose('**/build/build-view.tsx*')
  await page.getByRole('link', { name: 'Build', exact: true }).click()
  await shows(alert(), LOST)
  await page.getByRole('link', { name: 'Push', exact: true }).click()
  await page.getByText('or drop them here').waitFor()
  await page.getByRole('link', { name: 'Build', exact: true }).click()
  await page.unroute('**/build/build-view.tsx*')
  await button('Load the page again').click()
  await page.getByRole('heading', { name: 'Build an image' }).waitFor()
})

it('a dialog that does not load says so', async () => {
  await pushTags(registry.url, 'team/app', 'v1')
  await lose('**/change/retag-dialog.tsx*')
  await openDemo({ registry: registry.url, repository: 'team/app' })
  await chooseTags('v1')
  await button('Add tags').click()
  await shows(alert(), LOST)
})

it('a part of the Worker that does not load says so', async () => {
  await lose('**/worker/repositories.ts*')
  await openDemo({ registry: registry.url })
  await shows(alert(), LOST)
  await button('Load the page again').waitFor()
})

it('the page says so if its Worker does not start', async () => {
  await lose('**/worker/main.ts*')
  await openDemo({ registry: registry.url, view: 'push' })
  await shows(alert(), LOST)
  await button('Load the page again').waitFor()
})

it('the page stays in English if the Korean texts do not load', async () => {
  await lose('**/words/ko.ts*')
  await openDemo({ registry: registry.url, view: 'push' })
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('Language').selectOption('한국어')
  await page.getByRole('heading', { name: '이미지 푸시' }).waitFor()
  await page.getByLabel('Choose archives').setInputFiles({
    ...{ name: 'hello.tar', mimeType: 'application/x-tar', buffer: Buffer.from(await createTestArchive()) },
  })
  await page.getByRole('button', { name: 'Push', exact: true }).waitFor()
})
