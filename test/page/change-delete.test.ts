import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deleteTags, getManifest, listTags, retagImage } from '../../src/index.ts'
import { chooseTags, closeDialog, dialog, pushTags } from '../support/demo-change.ts'
import {
  accessibilityFindings,
  alert,
  button,
  openDemo,
  page,
  registry,
  shows,
  useDemoPage,
} from '../support/demo-page.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'

useDemoPage()

let real: Distribution
beforeAll(async () => {
  real = await startDistribution()
})
afterAll(() => real?.stop())

const tagsOf = async (url: string, repository: string) => [...(await listTags(url, repository))].sort()

it('delete shows the plan with the other names of an image, deletes, and puts back', async () => {
  await pushTags(real.url, 'team/undo', 'v1', 'v2', 'v3')
  await retagImage(real.url, 'team/undo', 'v1', ['stable'])
  const { digest } = await getManifest(real.url, 'team/undo', 'v1')
  await openDemo({ registry: real.url, repository: 'team/undo' })

  await chooseTags('v1', 'stable', 'v2')
  await button('Delete').click()
  await shows(dialog(), 'Deletes 3 tags and 2 images. Keeps 1 tag.')
  await shows(dialog(), 'tags of the same image')
  await shows(dialog(), 'when the registry runs its garbage collection, unless')
  expect(await accessibilityFindings()).toEqual([])
  await button('Delete 3 tags').click()
  await shows(dialog(), 'Deleted:')
  expect(await tagsOf(real.url, 'team/undo')).toEqual(['v3'])
  expect(await accessibilityFindings()).toEqual([])

  const download = page.waitForEvent('download')
  await button('Save the undo file').click()
  expect(JSON.parse(await readFile(await (await download).path(), 'utf8'))).toMatchObject({ repository: 'team/undo' })
  await button('Undo').click()
  await shows(dialog(), 'Restored: ')
  expect(await tagsOf(real.url, 'team/undo')).toEqual(['stable', 'v1', 'v2', 'v3'])
  expect((await getManifest(real.url, 'team/undo', 'stable')).digest).toBe(digest)
  await dialog().locator('footer').getByRole('button', { name: 'Close' }).click()
  await page.getByRole('link', { name: 'stable' }).waitFor()
})

it('delete says that an image stays which another tag names, and how a single tag can go', async () => {
  await pushTags(real.url, 'team/shared', 'v1', 'v2')
  await retagImage(real.url, 'team/shared', 'v1', ['stable'])
  await openDemo({ registry: real.url, repository: 'team/shared' })

  await chooseTags('v1')
  await button('Delete').click()
  await shows(dialog(), 'only the tag: the image is kept, because it is also tagged stable')
  await button('Delete 1 tag').click()
  await shows(dialog(), 'this registry deletes only whole images')
  await closeDialog()

  // Nothing has changed, so the choice stays.
  await button('Delete').click()
  await dialog().getByRole('checkbox').check()
  await button('Delete 1 tag').click()
  await shows(dialog(), 'Deleted: v1')
  expect(await tagsOf(real.url, 'team/shared')).toEqual(['stable', 'v2'])
})

it('a single tag that the registry cannot delete is deleted nevertheless, and put back after the dialog', async () => {
  await pushTags(real.url, 'team/single', 'v1')
  await retagImage(real.url, 'team/single', 'v1', ['stable'])
  await openDemo({ registry: real.url, repository: 'team/single' })
  await chooseTags('stable')
  await button('Delete').click()
  await button('Delete 1 tag').click()
  await button('Delete it anyway').click()
  await shows(dialog(), 'Deleted: stable')
  expect(await tagsOf(real.url, 'team/single')).toEqual(['v1'])
  expect(await dialog().evaluate((element) => element.contains(document.activeElement))).toBe(true)
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })

  const list = page.getByRole('region', { name: 'Deleted', exact: true })
  await shows(list, 'Deleted from team/single: stable')
  await page.getByRole('link', { name: 'stable' }).waitFor({ state: 'detached' })
  expect(await accessibilityFindings()).toEqual([])
  const download = page.waitForEvent('download')
  await button('Save the undo file').click()
  const path = await (await download).path()
  await page.getByRole('link', { name: 'v1' }).click()
  await button('Undo').click()
  await shows(list, 'Restored: stable')
  expect(await tagsOf(real.url, 'team/single')).toEqual(['stable', 'v1'])

  await deleteTags(real.url, 'team/single', ['stable'], { overwriteTags: true })
  await openDemo({ registry: real.url, repository: 'team/single' })
  await button('Undo a delete').click()
  await dialog()
    .getByLabel('Choose the undo file')
    .setInputFiles({ name: 'x.json', mimeType: 'text/json', buffer: Buffer.from('[]') })
  await shows(dialog(), 'This is not an undo file.')
  await dialog().getByLabel('Choose the undo file').setInputFiles(path)
  await shows(dialog(), 'Restores in team/single: stable')
  expect(await accessibilityFindings()).toEqual([])
  await button('Restore').click()
  await shows(dialog(), 'Restored: stable')
  await closeDialog()
  await page.getByRole('link', { name: 'stable' }).waitFor()
})

it('delete of all tags asks for the name of the repository, with the keyboard alone', async () => {
  await pushTags(real.url, 'team/all', 'v1', 'v2')
  await openDemo({ registry: real.url, repository: 'team/all' })
  for (const tag of ['v1', 'v2']) {
    await page.getByRole('checkbox', { name: `Select ${tag}` }).focus()
    await page.keyboard.press('Space')
  }
  await button('Delete').focus()
  await page.keyboard.press('Enter')
  await shows(dialog(), 'This deletes all tags of the repository.')
  expect(await button('Delete 2 tags').isDisabled()).toBe(true)
  while (
    !(await dialog()
      .getByRole('textbox')
      .evaluate((field) => field === document.activeElement))
  ) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.type('team/all')
  await page.keyboard.press('Enter')
  await shows(dialog(), 'Deleted:')
  expect(await tagsOf(real.url, 'team/all')).toEqual([])
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  // The button that opened the dialog is gone.
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('team/all')
})

it('an image whose last tag was deleted is put back, on its own page and from the file', async () => {
  for (const url of [real.url, registry.url]) {
    await pushTags(url, 'team/last', 'v1')
    await openDemo({ registry: url, repository: 'team/last', reference: 'v1' })
    await button('Delete').click()
    await dialog().getByRole('textbox').fill('team/last')
    await button('Delete 1 tag').click()
    await shows(dialog(), 'Deleted: v1')
    await closeDialog()
    await shows(alert(), 'The registry does not have this')
    const download = page.waitForEvent('download')
    await button('Save the undo file').click()
    const path = await (await download).path()
    await button('Undo').click()
    await page.getByRole('heading', { name: 'At a glance' }).waitFor()

    await deleteTags(url, 'team/last', ['v1'], { all: true })
    await openDemo({ registry: url, repository: 'team/last' })
    await button('Undo a delete').click()
    await dialog().getByLabel('Choose the undo file').setInputFiles(path)
    await button('Restore').click()
    await shows(dialog(), 'Restored: v1')
    await closeDialog()
    await page.getByRole('link', { name: 'v1', exact: true }).waitFor()
  }
})

it('a registry that does not delete says how to switch it on', async () => {
  const refusing = await startDistribution({ settings: { REGISTRY_STORAGE_DELETE_ENABLED: 'false' } })
  try {
    await pushTags(refusing.url, 'team/app', 'v1', 'v2')
    await openDemo({ registry: refusing.url, repository: 'team/app' })
    await chooseTags('v1')
    await button('Delete').click()
    await button('Delete 1 tag').click()
    await shows(alert(), 'The registry does not allow deletes')
    await shows(alert(), 'enabled: true')
    expect(await accessibilityFindings()).toEqual([])
    expect(await tagsOf(refusing.url, 'team/app')).toEqual(['v1', 'v2'])
  } finally {
    await refusing.stop()
  }
})

it('a failure in the middle of a delete lists what was deleted, and undo puts that back', async () => {
  await pushTags(registry.url, 'team/middle', 'v1', 'v2', 'v3', 'v4')
  const refused = (await getManifest(registry.url, 'team/middle', 'v2')).digest
  await openDemo({ registry: registry.url, repository: 'team/middle' })
  await page.route(`**/manifests/${refused}`, (route) =>
    route.request().method() === 'DELETE'
      ? route.fulfill({
          status: 403,
          headers: { 'access-control-allow-origin': '*' },
          body: '{"errors":[{"code":"DENIED","message":"immutable"}]}',
        })
      : route.continue(),
  )
  await chooseTags('v1', 'v2', 'v3')
  await button('Delete').click()
  await button('Delete 3 tags').click()
  await shows(dialog(), 'The registry refused:')
  await shows(dialog(), 'Deleted: v3 and v1')
  expect(await tagsOf(registry.url, 'team/middle')).toEqual(['v2', 'v4'])
  await button('Undo').click()
  await shows(dialog(), 'Restored: v1 and v3')
  expect(await tagsOf(registry.url, 'team/middle')).toEqual(['v1', 'v2', 'v3', 'v4'])
})
