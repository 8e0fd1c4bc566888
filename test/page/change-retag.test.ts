import { expect, it } from 'vitest'
import { getManifest, listTags } from '../../src/index.ts'
import { chooseTags, dialog, pushTags } from '../support/demo-change.ts'
import {
  accessibilityFindings,
  alert,
  button,
  openDemo,
  page,
  registry,
  short,
  shows,
  useDemoPage,
} from '../support/demo-page.ts'

useDemoPage()

it('retag shows which tags are new and which move from where, and sets them', async () => {
  await pushTags(registry.url, 'team/app', 'v1', 'v2')
  const [v1, v2] = await Promise.all(['v1', 'v2'].map((tag) => getManifest(registry.url, 'team/app', tag)))
  await openDemo({ registry: registry.url, repository: 'team/app' })
  await chooseTags('v1')
  await button('Add tags').click()
  await dialog().waitFor()
  await page.keyboard.type('stable, v2 v1')
  await shows(dialog(), 'stable – new')
  await shows(dialog(), `v2 – will move: it points to ${short(v2?.digest ?? '')} now`)
  await shows(dialog(), 'v1 – already points to this image')
  expect(await accessibilityFindings()).toEqual([])

  await page.keyboard.press('Enter')
  await shows(dialog(), 'These tags now point to the image: stable and v2')
  expect((await getManifest(registry.url, 'team/app', 'v2')).digest).toBe(v1?.digest)
  expect((await getManifest(registry.url, 'team/app', 'stable')).digest).toBe(v1?.digest)
  await dialog().locator('footer').getByRole('button', { name: 'Close' }).click()
  await page.getByRole('link', { name: 'stable' }).waitFor()
})

it('retag says which text is no tag, and what the registry refuses', async () => {
  await pushTags(registry.url, 'team/app', 'v1')
  await openDemo({ registry: registry.url, repository: 'team/app' })
  await chooseTags('v1')
  await button('Add tags').click()
  await dialog().waitFor()
  await page.keyboard.type('good -bad')
  await shows(dialog(), '"-bad" is not a valid tag')
  expect(await button('Set the tags').isDisabled()).toBe(true)

  await page.route('**/manifests/fixed', (route) =>
    route.request().method() === 'PUT'
      ? route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' }, body: '{}' })
      : route.continue(),
  )
  await dialog().getByRole('textbox').fill('fixed')
  await shows(dialog(), 'fixed – new')
  await page.keyboard.press('Enter')
  await shows(alert(), 'You have no right to do this')
  expect(await listTags(registry.url, 'team/app')).not.toContain('fixed')
})
