import { describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  alert,
  button,
  chooseFile,
  openDemo,
  page,
  shows,
  useDemoPage,
} from '../support/demo-page.ts'

useDemoPage()

async function openLinks(...names: readonly string[]): Promise<void> {
  for (const name of names) await page.getByRole('link', { name, exact: true }).click()
}

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Array(2000).fill(7))

describe('the push form says in words what is wrong', () => {
  it.each([
    ['a picture', 'photo.jpg', async () => JPEG, 'This is not an archive of images'],
    ['a text', 'notes.txt', async () => new TextEncoder().encode('no archive\n'.repeat(100)), 'This is not an archive'],
    ['an empty file', 'empty.tar', async () => new Uint8Array(), 'This is not an archive of images'],
    [
      'a tar that was cut',
      'cut.tar',
      async () => (await createTestArchive()).subarray(0, 9000),
      'The archive is damaged or cut short',
    ],
  ])('with %s', async (_, name, bytes, title) => {
    await chooseFile(name, await bytes())
    await shows(alert(), title)
    expect(await button('Push').count()).toBe(0)
  })

  it('and takes the plain file chooser where the picker of the browser is refused', async () => {
    await page.evaluate(() => {
      const refusal = new DOMException('by policy', 'NotAllowedError')
      const refuse = () => new Promise((_, reject) => setTimeout(reject, 20, refusal))
      Object.assign(window, { showOpenFilePicker: refuse })
    })
    // A new form asks again for the picker.
    await openLinks('Check', 'Push')
    const chooser = page.waitForEvent('filechooser')
    await page.getByText('Choose archives').click()
    const buffer = Buffer.from(await createTestArchive())
    await (await chooser).setFiles({ name: 'hello.tar', mimeType: 'application/x-tar', buffer })
    await page.getByRole('heading', { name: 'hello.tar' }).waitFor()
  })

  it('with a registry that does not answer', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    await openDemo({ registry: url, view: 'push' })
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await shows(alert(), 'The registry does not answer')
    await alert().getByText('Details').click()
    await shows(alert(), url)
    expect(await accessibilityFindings()).toEqual([])
    await button('Push').waitFor()
  })

  it.each([
    [403, 'You have no right to do this', 'for a reason'],
    [404, 'The registry does not have this', 'for a reason'],
    [429, 'The registry received too many requests', 'for a reason'],
    [500, 'The registry has a problem', 'for a reason'],
    [503, 'The server in front of the registry cannot reach it', 'for a reason'],
  ])('with a registry that answers %i', async (status, title, detail) => {
    await page.route('**/v2/**', (route) => {
      const headers = { 'access-control-allow-origin': '*', 'retry-after': '0' }
      return route.fulfill({ status, headers, json: { errors: [{ code: 'DENIED', message: detail }] } })
    })
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await shows(alert(), title)
    await shows(alert(), detail)
  })
})
