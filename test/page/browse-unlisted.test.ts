import { expect, it } from 'vitest'
import { pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { accessibilityFindings, alert, button, openDemo, page, registry, useDemoPage } from '../support/demo-page.ts'

useDemoPage()

it('a registry without a list of repositories is opened by name, and its repositories are remembered', async () => {
  page.setDefaultTimeout(50_000)
  await pushDockerTar(await createTestArchive(), registry.url, 'team/secret', 'v1')
  await page.route('**/v2/_catalog*', (route) =>
    route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' }, body: '{"errors":[]}' }),
  )
  await openDemo({ registry: registry.url })
  await page.getByText('This registry does not list its repositories').waitFor()
  expect(await alert().innerText()).toBe('')
  await page.getByRole('searchbox').fill('team/secret')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'v1' }).waitFor()
  await page.getByRole('link', { name: 'Browse' }).click()
  await page.getByRole('heading', { name: 'Opened before' }).waitFor()
  await page.getByRole('link', { name: 'team/secret' }).waitFor()
  expect(await accessibilityFindings()).toEqual([])

  // The registry is remembered too, and can be forgotten.
  await openDemo({ view: 'registries' })
  const host = new URL(registry.url).host
  await page.getByRole('main').getByRole('link', { name: host }).waitFor()
  expect(await accessibilityFindings()).toEqual([])
  await button(`Rename ${host}`).click()
  await page.getByLabel(`Name of ${host}`).fill('Ours')
  await button('Save').click()
  await page.getByRole('link', { name: 'Ours' }).waitFor()
  await page.getByLabel('Address of a registry').fill('not an address')
  await button('Open').click()
  await alert().filter({ hasText: 'This is not the address of a registry' }).waitFor()
  await button(`Forget ${host}`).click()
  await page.getByText('Registries that you open are remembered here').waitFor()
})
