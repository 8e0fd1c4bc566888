import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
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
  useDemoPage,
} from '../support/demo-page.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { serveFaultyRegistries } from '../support/faulty-registries.ts'
import { withBasic } from '../support/protected-registry.ts'
import { serveForPages } from '../support/serve-for-pages.ts'

useDemoPage()

let faulty: Awaited<ReturnType<typeof serveFaultyRegistries>>
let locked: Distribution
beforeAll(async () => {
  faulty = await serveFaultyRegistries()
  locked = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
})
afterAll(async () => {
  await locked?.stop()
  await faulty?.close()
})

const at = (fault: string) => `${faulty.url}/${fault}`
const openDoctor = (address: string) => openDemo({ view: 'doctor', registry: address })
const item = (subject: string) => page.getByRole('listitem').filter({ hasText: subject })
const isDone = (text: string) => shows(page.getByRole('status'), text)

it('the doctor says that all works, and opens and cancels an upload when it may', async () => {
  await openDoctor(registry.url)
  await isDone('You can use the registry from this page')
  await shows(item('Reading answers'), 'Works')
  await shows(item('Encryption'), 'Not needed')
  expect(await accessibilityFindings()).toEqual([])
  expect(await page.getByRole('link', { name: 'Open the registry in a tab' }).getAttribute('href')).toBe(
    `${registry.url}v2/`,
  )

  await page.getByLabel('Repository').fill('team/trial')
  await button('Open and cancel an upload').click()
  await shows(item('Uploads in parts'), 'Works')
  await shows(item('Sending layers'), 'Works')
  expect(registry.openUploads).toBe(0)
})

it('the doctor names what stands in the way, with lines for each server', async () => {
  await openDoctor(at('no-header'))
  await isDone('One check failed.')
  const read = item('Reading answers')
  await shows(read, 'does not let this page read its answer (CORS)')
  await read.getByLabel('nginx').check()
  await shows(read.locator('pre'), `add_header Access-Control-Allow-Origin "${new URL(page.url()).origin}" always;`)
  await read.getByLabel('distribution').check()
  await shows(read.locator('pre'), 'Access-Control-Expose-Headers: [')
  await read.getByLabel('Harbor').check()
  await shows(read, 'the same origin')
  expect(await accessibilityFindings()).toEqual([])
})

it('the doctor reads what its line prints in a terminal', async () => {
  await openDoctor(at('other-origin'))
  const read = item('Reading answers').first()
  await read.getByText('Find out more in a terminal').click()
  const command = (await read.locator('.command code').textContent()) ?? ''
  const { stdout } = await promisify(exec)(command)
  await read.getByLabel('Output of the command').fill('nothing')
  await read.getByRole('button', { name: 'Read the output' }).click()
  await shows(read, 'This is not the output of the command')
  await read.getByLabel('Output of the command').fill(stdout)
  await read.getByRole('button', { name: 'Read the output' }).click()
  await shows(read, 'The registry allows another page, but not this one.')
  expect(await accessibilityFindings()).toEqual([])
})

it('the doctor finds that distribution asks for a sign-in even for OPTIONS', async () => {
  await openDoctor(locked.url)
  const preflight = item('Asking for permission')
  await shows(preflight, 'requires a sign-in even for that')
  await shows(preflight, 'Let a proxy answer OPTIONS')
  await preflight.getByLabel('Caddy').check()
  await shows(preflight.locator('pre'), '@preflight method OPTIONS')
})

it('the doctor says that only the sign-in is missing', async () => {
  const guarded = await serveForPages(withBasic(registry, 'ci', 'hunter2'))
  try {
    await openDoctor(guarded.url)
    await isDone('You can use the registry from this page after you sign in.')
    await shows(item('A sign-in is needed'), 'Not signed in')
  } finally {
    await guarded.close()
  }
})

it('the doctor checks with a password', async () => {
  await openDoctor(at('unread-401'))
  await shows(item('Reading answers'), 'Does not work')
  await button('Check with a password').click()
  await page.getByLabel('User name').fill(HTPASSWD_USER.username)
  await page.getByLabel('Password or token').fill(HTPASSWD_USER.password)
  await button('Sign in').click()
  await shows(item('Reading errors'), 'Does not work')
  await shows(item('Sign-in'), 'Works')
})

it('the doctor speaks Korean, and says what is wrong with an address', async () => {
  await openDoctor('ftp://registry.test')
  await alert().getByRole('heading').waitFor()
  await page.getByLabel('Registry', { exact: true }).fill('http://127.0.0.1:9321')
  await button('Check').click()
  await shows(item('Connection'), 'There is no answer.')
  await button('Settings').click()
  await page.getByLabel('Language').selectOption('한국어')
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: '레지스트리 진단' }).waitFor()
  await shows(item('연결'), '응답이 없습니다.')
  await button('설정').click()
  await page.getByLabel('언어').selectOption('English')
})

it('the doctor appears by itself under an error of the connection', async () => {
  await openDemo({ registry: at('no-header') })
  const panel = page.getByRole('region', { name: 'The registry does not let this page use it' })
  await shows(panel, 'does not let this page read its answer (CORS)')
  // The finding is the only headline.
  expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
    'The registry does not let this page use it',
  ])
  expect(await alertText()).toBe('')
  await panel.getByRole('link', { name: 'Open the registry in a tab' }).waitFor()
  await panel.getByRole('button', { name: 'Try again' }).click()
  await shows(panel, 'does not let this page read its answer (CORS)')
  expect(await accessibilityFindings()).toEqual([])
  await panel.getByRole('link', { name: 'All checks' }).click()
  await page.getByRole('heading', { name: 'Check a registry' }).waitFor()
})

it('the doctor appears by itself under a push that cannot reach the registry', async () => {
  await openDemo({ view: 'push', registry: at('no-put') })
  await chooseFile('hello.tar', await createTestArchive())
  await button('Push').click()
  const panel = page.getByRole('region', { name: 'The registry does not let this page use it' })
  await shows(panel, 'some methods that a push needs are not allowed')
  await shows(panel, 'Preflights do not allow the methods PUT.')
})

it('the doctor fits a phone', async () => {
  await page.setViewportSize({ width: 375, height: 700 })
  await openDoctor(at('no-header'))
  await isDone('One check failed.')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
})
