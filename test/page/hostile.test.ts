import { expect, it } from 'vitest'
import { createTestArchive } from '../../src/testing/index.ts'
import { alert, button, chooseFile, page, shows, useDemoPage } from '../support/demo-page.ts'

useDemoPage()

const MARKUP = '<img src=evil onerror=document.title=name>'

it('the page shows markup as text when it is in the archive or in an answer of the registry', async () => {
  await page.route('**/v2/**', (route) => {
    const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/json' }
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: MARKUP }] })
    return route.fulfill({ status: 403, headers, body })
  })
  await chooseFile(`${MARKUP}.tar`, await createTestArchive({ images: [{ names: [`${MARKUP}:v1`] }] }))
  await page.getByRole('textbox', { name: 'Repository' }).fill('a')
  await page.getByRole('textbox', { name: 'Tag' }).fill('v1')
  await button('Push').click()

  await shows(alert(), 'You have no right to do this')
  expect(await page.locator('img').count()).toBe(0)
})
