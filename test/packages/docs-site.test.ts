import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TASKS } from '../../site/reference/tasks.js'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { serveFiles } from '../support/built-page.ts'
import { isPushed, launchBrowser, pushFile } from '../support/hosted-page.ts'
import { type Watched, watchPage } from '../support/watched-page.ts'

const SITE = 'dist-docs'

let host: Awaited<ReturnType<typeof serveFiles>>
let browser: Browser
let page: Page
let watched: Watched
let foreign: string[]

beforeAll(async () => {
  await promisify(execFile)('node', ['scripts/docs.js'], { maxBuffer: 2 ** 26 })
  host = await serveFiles(SITE, { basePath: '/any/path/' })
  browser = await launchBrowser()
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await host?.close()
})

beforeEach(async () => {
  page = await browser.newPage({ locale: 'en-US' })
  watched = await watchPage(page)
  foreign = []
  page.on('request', (request) => {
    if (!request.url().startsWith(host.url) && !/^(?:data|blob):/.test(request.url())) foreign.push(request.url())
  })
})
afterEach(async () => {
  await page.close()
  expect(watched).toEqual({ complaints: [], prompts: [] })
  expect(foreign).toEqual([])
})

/** The pages, but not the demo, which has tests of its own. */
const htmlFiles = () =>
  readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((file) => /^(?!demo\/).*\.html$/.test(file))
const read = (file: string) => readFileSync(join(SITE, file), 'utf8')
const decode = (text: string) => decodeURI(text.replaceAll('&amp;', '&'))

/** The links of a page to the site itself. */
function linksOf(
  file: string,
): ReadonlyArray<{ readonly link: string; readonly target: string; readonly anchor: string }> {
  return [...read(file).matchAll(/ (?:href|src)="(?!https?:|data:)([^"]*)"/g)].map(([, link = '']) => {
    const [, path = '', anchor = ''] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/.exec(decode(link)) ?? []
    return { link, target: path === '' ? file : relative('', join(dirname(file), path)), anchor }
  })
}

describe('npm run docs', () => {
  it('makes a site whose links are relative and lead to files and anchors that are there', () => {
    const anchors = new Map(
      htmlFiles().map((file) => [
        file,
        new Set([...read(file).matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => decode(id))),
      ]),
    )
    const broken: string[] = []
    let checked = 0
    for (const file of anchors.keys()) {
      for (const { link, target, anchor } of linksOf(file)) {
        const isThere = !link.startsWith('/') && existsSync(join(SITE, target))
        const hasAnchor = anchor === '' || !anchors.has(target) || anchors.get(target)?.has(anchor)
        if (!isThere || !hasAnchor) broken.push(`${file}: ${link}`)
        checked++
      }
    }
    expect(broken).toEqual([])
    expect(checked).toBeGreaterThan(3000)
  })

  it('makes a site where the start pages lead to every page', () => {
    const reached = new Set(['404.html', 'index.html', 'ko/index.html'])
    for (const file of reached) {
      if (!existsSync(join(SITE, file))) continue
      for (const { target } of linksOf(file)) if (/^(?:index|ko\/index)\.html$/.test(file)) reached.add(target)
    }
    expect(htmlFiles().filter((file) => !reached.has(file))).toEqual([])
  })

  it('makes a site whose links show the titles of pages, not the names of files', () => {
    const named = htmlFiles().flatMap((file) =>
      [...read(file).matchAll(/<a [^>]*>[\w./-]+\.md<\/a>/g)].map(([link]) => `${file}: ${link}`),
    )
    expect(named).toEqual([])
  })

  it('makes a reference with a section for every public function, with a table of its options', () => {
    const reference = htmlFiles().filter((file) => file.startsWith('reference/'))
    const sections = new Set(
      reference.flatMap((file) => [...read(file).matchAll(/<h2 id="[^"]*"[^>]*>(\w+) </g)].map(([, name]) => name)),
    )
    const functions = Object.entries(node).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
    expect(functions.length).toBeGreaterThan(80)
    expect(functions.map(([name]) => name).filter((name) => !sections.has(name))).toEqual([])
    const push = read('reference/push.html')
      .split('<h2 ')
      .find((section) => section.startsWith('id="pushdockertar"'))
    expect(/<strong>Options<\/strong>.*<code>chunkSize\?<\/code>.*5 MiB/s.test(push ?? '')).toBe(true)
    expect(/<strong>Throws<\/strong>.*DigestMismatchError/s.test(push ?? '')).toBe(true)
  })

  it('makes a reference whose options are all in the tables of docs/functions.md', () => {
    const text = readFileSync('docs/functions.md', 'utf8')
    const tables = text.slice(text.indexOf('\n## Options'))
    const missing = new Set<string>()
    for (const { page } of TASKS) {
      for (const section of read(`reference/${page}.html`).split('<h2 ')) {
        const [, options = ''] = /<strong>Options<\/strong>.*?<tbody>(.*?)<\/tbody>/s.exec(section) ?? []
        const [name = ''] = /\w+(?= <a)/.exec(section) ?? []
        for (const [, code = ''] of options.matchAll(/<tr><td><code[^>]*>(.*?)<\/code>/g)) {
          const option = code.replaceAll(/<wbr[^>]*>|\?/g, '')
          if (!new RegExp(`\`${option}\\b`).test(tables)) missing.add(`${option} of ${name}`)
        }
      }
    }
    expect([...missing]).toEqual([])
  })

  it('makes pages that work below any path, with their pictures', async () => {
    await page.goto(host.url)
    await page.getByRole('link', { name: 'Benchmarks', exact: true }).first().click()
    await page.getByRole('heading', { level: 1, name: 'Benchmarks' }).waitFor()
    const widths = () =>
      page
        .locator('main img')
        .evaluateAll((images) => (images as HTMLImageElement[]).map((image) => image.naturalWidth))
    await expect.poll(widths).toEqual([expect.any(Number)])
    expect((await widths())[0]).toBeGreaterThan(500)
  })

  it.each([
    ['pushDockerTar', 'index.html'],
    ['레지스트리', 'ko/from-python.html'],
  ])('makes a site that finds %s', async (word, start) => {
    await page.goto(`${host.url}${start}`)
    await page.getByRole('button', { name: /^(?:Search|검색)/ }).click()
    await page.getByRole('searchbox').fill(word)
    await page.locator('.VPLocalSearchBox .result').first().click()
    await expect.poll(() => page.locator('main').innerText()).toContain(word)
  })

  it('has the demo page, which pushes to a registry in the tab', async () => {
    await page.goto(host.url)
    await page.getByRole('link', { name: 'Try it', exact: true }).first().click()
    await pushFile(page, 'hello.tar', await createTestArchive(), 'v1')
    await isPushed(page, 'v1')
  })
})
