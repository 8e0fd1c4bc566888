import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../../demo/hosting/content-security-policy.ts'
import { listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type BuiltPage, buildPage, serveFiles } from '../support/built-page.ts'
import { startDistribution } from '../support/distribution.ts'
import { isPushed, launchBrowser, pushFile } from '../support/hosted-page.ts'
import { zstd } from '../support/packing.ts'
import { type Watched, watchPage } from '../support/watched-page.ts'

/** What the host answers for `config.json` in the running test; none if there is no such file. */
let config: string | undefined
let built: BuiltPage
let host: Awaited<ReturnType<typeof serveFiles>>
let browser: Browser
let page: Page
let watched: Watched

beforeAll(async () => {
  built = await buildPage()
  const files = {
    get 'config.json'() {
      return config
    },
  }
  host = await serveFiles(built.folder, { basePath: '/some/path/', files })
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await host?.close()
  built?.remove()
})

beforeEach(async () => {
  config = '{}'
  page = await browser.newPage({ locale: 'en-US' })
  watched = await watchPage(page)
})
afterEach(async () => {
  await page.close()
  expect(watched).toEqual({ complaints: [], prompts: [] })
})

const open = (query: Readonly<Record<string, string>> = {}) => page.goto(`${host.url}?${new URLSearchParams(query)}`)
const shows = (text: string) => page.getByText(text).first().waitFor()

describe('the built page on a static host, below a path', () => {
  it('has its policy in itself, nothing inline, and relative addresses alone', async () => {
    const html = await (await fetch(host.url)).text()
    expect(html.replaceAll('&#39;', "'")).toContain(`content="${CONTENT_SECURITY_POLICY}"`)
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son[a-z]+=|(?:src|href)="(?!\.\/|data:,)/)
  })

  it('pushes to a registry of another origin', async () => {
    const registry = await startDistribution()
    try {
      await open({ view: 'push', registry: registry.url })
      await pushFile(page, 'hello.tar.zst', zstd(await createTestArchive()), 'static')
      await isPushed(page, 'static')
      expect(await listTags(registry.url, 'team/hello')).toEqual(['static'])
    } finally {
      await registry.stop()
    }
  })
})

describe('the trial registry', () => {
  it('takes an image, shows it, and forgets it with a reload; no request leaves the tab', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await open()
    expect(asked.filter((url) => url.includes('test-registry'))).toEqual([])
    await page.getByRole('link', { name: 'Try it without a registry' }).click()
    const notice = page.getByRole('complementary', { name: 'Trial registry (in this tab)' })
    await notice.getByText('at most 500 MB. Everything is deleted when you reload or close this page').waitFor()
    await page.getByRole('banner').getByText('Trial registry (in this tab)').waitFor()
    await pushFile(page, 'hello.tar', await createTestArchive(), 'v1')
    await isPushed(page, 'v1')
    // Docker cannot pull from a tab.
    const hasPullLine = async () => (await page.locator('body').innerText()).includes('docker pull')
    await shows('Pushed to the registry')
    expect(await hasPullLine()).toBe(false)

    await page.getByRole('link', { name: 'Browse' }).click()
    await page.getByRole('link', { name: 'team/hello' }).click()
    await page.getByRole('link', { name: 'v1' }).waitFor()
    expect(await hasPullLine()).toBe(false)
    expect(asked.filter((url) => !url.startsWith(new URL(host.url).origin) && !url.startsWith('blob:'))).toEqual([])

    await open({ registry: 'http://trial.localhost' })
    await shows('The registry has no repositories yet.')
  })
})

describe('config.json', () => {
  it('sets title, registry and language', async () => {
    config = JSON.stringify({ title: 'Our images', registry: 'http://trial.localhost', language: 'ko' })
    await open()
    await page.getByRole('banner').getByText('Our images').waitFor()
    await shows('체험용 레지스트리')
    expect(await page.title()).toContain('Our images')
    expect(await page.locator('html').getAttribute('lang')).toBe('ko')
  })

  it('takes pushing and building away where nothing may be changed', async () => {
    config = JSON.stringify({ readOnly: true, registry: 'http://trial.localhost' })
    for (const view of ['', 'push', 'build']) {
      await open({ view })
      await shows('Trial registry')
      await page.getByRole('link', { name: 'Browse' }).waitFor()
      expect(await page.getByRole('link', { name: /Push|Build/ }).count()).toBe(0)
      expect(await page.locator('registry-push, input[type=file]').count()).toBe(0)
    }
    config = JSON.stringify({ readOnly: true })
    for (const view of ['', 'compare']) {
      await open({ view })
      await page.getByRole('heading', { name: 'Registries' }).waitFor()
      expect(await page.locator('registry-push, input[type=file]').count()).toBe(0)
    }
  })

  it.each([
    ['is not there', undefined, 'There is no file config.json'],
    ['is not JSON', '{ "title": "Ours", }', 'not valid JSON'],
    ['is no object', '["title"]', 'has to be a JSON object'],
    ['has an unknown key', '{ "readonly": true }', 'There is no setting "readonly"'],
    ['has an address with a password', '{ "registry": "https://a:secret@b.example" }', 'without a password'],
    ['has markup', '{ "<img src=x onerror=alert(1)>": 1 }', 'There is no setting "<img'],
  ])('that %s is told in words, and the page works', async (_, text, message) => {
    config = text
    await open()
    await page.getByText('The settings of this page have a mistake').click()
    await shows(message)
    expect(await page.content()).not.toContain('secret')
    await page.getByLabel('Choose archives').waitFor()
  })
})
