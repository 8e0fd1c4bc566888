import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listRepositories, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  alert,
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

describe('the demo page with a registry that wants a sign-in', () => {
  const signIn = () => page.getByRole('dialog')

  let guarded: Awaited<ReturnType<typeof serveForPages>>

  beforeEach(async () => {
    guarded = await serveForPages(withBasic(registry, 'ci', 'hunter2'))
    await openDemo(guarded.url)
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await shows(signIn(), `Sign in to ${new URL(guarded.url).host}`)
  })

  afterEach(() => guarded.close())

  async function fillIn(password: string): Promise<void> {
    await signIn().getByLabel('User name').fill('ci')
    await signIn().getByLabel('Password').fill(password)
    await signIn().getByRole('button', { name: 'Sign in' }).click()
  }

  it('asks the user once, and pushes', async () => {
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await listTags(registry.url, 'team/hello')).toEqual(['v1'])
    await page.getByRole('textbox', { name: 'Tag' }).fill('v2')
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v2.')
    expect(await signIn().isVisible()).toBe(false)
    expect(await page.content()).not.toContain('hunter2')
  })

  it('says in the same dialog that a password is wrong, until one is right', async () => {
    for (const password of ['wrong', 'wrong again']) {
      await fillIn(password)
      await shows(signIn(), 'The registry did not accept that.')
      expect(await signIn().getByLabel('User name').inputValue()).toBe('ci')
      const field = signIn().getByLabel('Password')
      expect(await field.inputValue()).toBe('')
      expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    }
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await signIn().isVisible()).toBe(false)
    expect(await alert().textContent()).toBe('')
  })

  it('cancels the push while the registry checks a password', async () => {
    await page.route('**/v2/', () => undefined)
    await fillIn('hunter2')
    await shows(signIn(), 'Signing in…')
    await signIn().getByRole('button', { name: 'Cancel' }).click()
    await shows(status(), 'Cancelled.')
    expect(await listRepositories(registry.url)).toEqual([])
  })

  it('cancels the push when the user closes the dialog', async () => {
    await signIn().getByRole('button', { name: 'Cancel' }).click()
    await shows(status(), 'Cancelled.')
    await button('Push').click()
    await shows(signIn(), 'Sign in to')
    await page.keyboard.press('Escape')
    await shows(status(), 'Cancelled.')
    expect(await listRepositories(registry.url)).toEqual([])
  })
})
