import { expect, it } from 'vitest'
import { pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  alert,
  alertText,
  button,
  openDemo,
  page,
  registry,
  useDemoPage,
} from '../support/demo-page.ts'
import { withBasic } from '../support/protected-registry.ts'
import { serveForPages } from '../support/serve-for-pages.ts'

useDemoPage()

it('a registry without a list of repositories is opened by name, and its repositories are remembered', async () => {
  page.setDefaultTimeout(50_000)
  await pushDockerTar(await createTestArchive(), registry.url, 'team/secret', 'v1')
  await page.route('**/v2/_catalog*', (route) =>
    route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' }, body: '{"errors":[]}' }),
  )
  await openDemo({ registry: registry.url })
  await page.getByText('This registry does not list its repositories').waitFor()
  expect(await alertText()).toBe('')
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
  await page.getByLabel('Address of a registry').fill(`${registry.url}team/secret:v1`)
  await button('Open').click()
  await page.getByRole('heading', { name: 'team/secret:v1' }).waitFor()
  await page.goBack()
  await button(`Forget ${host}`).click()
  await page.getByText('This browser remembers the registries that you open').waitFor()
})

it('a user who cancels the sign-in can sign in after all, sees who they are, and signs out', async () => {
  await pushDockerTar(await createTestArchive(), registry.url, 'team/secret', 'v1')
  const guarded = await serveForPages(withBasic(registry, 'ci', 'hunter2'))
  const host = new URL(guarded.url).host
  const dialog = page.getByRole('dialog')
  const signIn = async () => {
    await dialog.getByLabel('User name').fill('ci')
    await dialog.getByLabel('Password').fill('hunter2')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
  }
  try {
    await openDemo({ registry: guarded.url })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('You are not signed in').waitFor()
    expect(await alertText()).toBe('')
    await button('Sign in').click()
    await signIn()
    await page.getByRole('link', { name: 'team/secret' }).waitFor()

    await page.getByTitle('Registries').click()
    await page.getByText('Signed in as ci').waitFor()
    expect(await accessibilityFindings()).toEqual([])
    await button(`Sign out of ${host}`).click()
    await page.getByText('Signed in as ci').waitFor({ state: 'detached' })
    await page.getByRole('main').getByRole('link', { name: host }).click()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('You are not signed in').waitFor()
    // What the user saw before is gone.
    expect(await page.getByRole('link', { name: 'team/secret' }).count()).toBe(0)
  } finally {
    await guarded.close()
  }
})
