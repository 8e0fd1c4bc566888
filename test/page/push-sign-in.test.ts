import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listRepositories, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  alert,
  alertText,
  button,
  chooseFile,
  openDemo,
  page,
  registry,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'
import { withBasic } from '../support/protected-registry.ts'
import { serveForPages } from '../support/serve-for-pages.ts'

useDemoPage()

describe('the page with a registry that wants a sign-in', () => {
  const dialog = () => page.getByRole('dialog')
  let guarded: Awaited<ReturnType<typeof serveForPages>>

  beforeEach(async () => {
    guarded = await serveForPages(withBasic(registry, 'ci', 'hunter2'))
    await openPage()
    await shows(dialog(), `Sign in to ${new URL(guarded.url).host}`)
  })
  afterEach(() => guarded.close())

  async function openPage(): Promise<void> {
    await openDemo({ registry: guarded.url, view: 'push' })
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
  }

  async function fillIn(password: string): Promise<void> {
    await dialog().getByLabel('User name').fill('ci')
    await dialog().getByLabel('Password').fill(password)
    await dialog().getByRole('button', { name: 'Sign in' }).click()
  }

  const kept = () => page.evaluate(() => localStorage.getItem('credentials'))

  it('asks the user once, keeps nothing, and pushes', async () => {
    expect(await accessibilityFindings()).toEqual([])
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await listTags(registry.url, 'team/hello')).toEqual(['v1'])
    expect(await dialog().isVisible()).toBe(false)
    expect(await page.content()).not.toContain('hunter2')
    expect(await kept()).toBe(null)
  })

  it('says that a password is wrong, until one is right', async () => {
    for (const password of ['wrong', 'wrong again']) {
      await fillIn(password)
      await shows(dialog(), 'The registry does not accept this user name and password.')
      const field = dialog().getByLabel('Password')
      // The message of the attempt before stays until the answer is here; the emptied field tells it apart.
      await expect.poll(() => field.inputValue()).toBe('')
      expect(await dialog().getByLabel('User name').inputValue()).toBe('ci')
      expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    }
    expect(await accessibilityFindings()).toEqual([])
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await alertText()).toBe('')
  })

  it('remembers the user in the browser if they want it, and asks again if the password has changed', async () => {
    await dialog().getByRole('checkbox', { name: 'Remember in this browser' }).check()
    await shows(dialog(), 'not encrypted')
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await kept()).toContain('hunter2')
    await page.evaluate(() => indexedDB.deleteDatabase('registry-push') && undefined)

    await openPage()
    await shows(status(), 'Pushed team/hello:v1.')
    await page.evaluate(() => localStorage.setItem('credentials', localStorage.credentials.replace('hunter2', 'old')))
    await openPage()
    await shows(dialog(), 'The registry does not accept this user name and password.')
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await kept()).toBe('{}')
  })

  it('pushes nothing when the user cancels, by the button or by Escape', async () => {
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await shows(alert(), 'You did not sign in')
    await button('Push').click()
    await shows(dialog(), 'Sign in to')
    await page.keyboard.press('Escape')
    await shows(alert(), 'You did not sign in')
    expect(await listRepositories(registry.url)).toEqual([])
  })
})
