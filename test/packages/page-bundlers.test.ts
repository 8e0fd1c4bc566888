import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pushDockerTar } from '../../src/node/index.ts'
import { serveFiles } from '../support/built-page.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { launchBrowser } from '../support/hosted-page.ts'
import { type InstalledProject, installProject } from '../support/installed-project.ts'
import { writeLargeArchive } from '../support/large-archive.ts'
import { gzip, zip, zstd } from '../support/packing.ts'
import { PAGE_BUNDLERS } from '../support/page-bundlers.ts'
import { watchPage } from '../support/watched-page.ts'

const FILES = {
  'page.js': `import { pushDockerTar } from 'registry-api-v2-client'
window.push = (url, repository, options) => {
  const [file] = document.querySelector('input').files
  return pushDockerTar(file, url, repository, 'v1', options).catch(String)
}`,
  'index.html': `<!doctype html><link rel="icon" href="data:,"><input type="file"><script type="module" src="page.js"></script>`,
  // Parcel reads "exports" of packages only with this setting.
  'package.json': JSON.stringify({
    private: true,
    type: 'module',
    '@parcel/resolver-default': { packageExports: true },
  }),
}

const folder = mkdtempSync(join(tmpdir(), 'page-bundlers-'))
const LARGE = join(folder, 'large.tar')
let project: InstalledProject
let browser: Browser
let archive: Uint8Array<ArrayBuffer>
let digest: string
let largeDigest: string

beforeAll(async () => {
  const bundlers = Object.values(PAGE_BUNDLERS)
  const scripts = Object.entries(PAGE_BUNDLERS).map(([name, { script }]) => [`${name}.js`, script])
  project = await installProject('page-bundlers', {
    files: { ...FILES, ...Object.fromEntries(scripts) },
    dependencies: Object.assign({}, ...bundlers.map(({ packages }) => packages)),
  })
  browser = await launchBrowser()
  archive = await makePortableArchive()
  await writeLargeArchive(LARGE, { layers: 1, layerMiB: 12, name: 'team/app:v1' })
  digest = await pushDockerTar(archive, inject('registryUrl'), 'packages/page-expected', 'v1')
  largeDigest = await pushDockerTar(LARGE, inject('registryUrl'), 'packages/page-expected', 'large')
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

/** Sums what a page has loaded of its own origin, in kB after gzip -9. */
function watchWeight(page: Page, origin: string): () => Promise<number> {
  const loading: Promise<number>[] = []
  page.on('response', (response) => {
    if (!response.url().startsWith(origin) || response.url().endsWith('/')) return
    loading.push(response.body().then((body) => gzipSync(body, { level: 9 }).length))
  })
  return async () => Math.round((await Promise.all(loading)).reduce((sum, size) => sum + size, 0) / 100) / 10
}

describe.each(Object.entries(PAGE_BUNDLERS))('a page bundled by %s', (name, { isLarge }) => {
  it('builds without warnings, and pushes every kind of archive', async () => {
    const { stdout, stderr } = await project.run('node', [`${name}.js`])
    expect(`${stdout}${stderr}`.trim()).toBe('')
    const dist = join(project.folder, 'dist', name)
    if (!existsSync(join(dist, 'index.html')))
      copyFileSync(join(project.folder, 'index.html'), join(dist, 'index.html'))
    const served = await serveFiles(dist)
    const page = await browser.newPage()
    const { complaints } = await watchPage(page)
    const weigh = watchWeight(page, served.url)
    await page.goto(served.url)
    await page.waitForFunction(() => 'push' in window)
    const push = async (bytes: Uint8Array | string, options: object = {}) => {
      const file = { name: 'image', mimeType: 'application/octet-stream' }
      await page.setInputFiles('input', typeof bytes === 'string' ? bytes : { ...file, buffer: Buffer.from(bytes) })
      const repository = `packages/${name.replaceAll(/\W+/g, '-')}-${crypto.randomUUID()}`
      const call = [inject('registryUrl'), repository, options] as const
      return page.evaluate((call) => (window as unknown as PushingPage).push(...call), call)
    }
    const atStart = await weigh()
    expect(await push(archive)).toBe(digest)
    const afterPush = await weigh()
    expect(await push(LARGE, { verify: true })).toBe(largeDigest)
    const afterLarge = await weigh()
    process.stdout.write(`${name}: ${atStart} kB, ${afterPush} after a push, ${afterLarge} after 12 MiB in Workers\n`)
    for (const packed of [await gzip(archive), zstd(archive), await zip({ 'image.tar': archive })]) {
      expect(await push(packed)).toBe(digest)
    }
    expect(await push(archive, { compress: 'zstd' })).toBe(PORTABLE_DIGESTS.zstd)
    expect(complaints).toEqual([])
    if (!isLarge) expect([atStart < 55, afterLarge < 100]).toEqual([true, true])
    await page.close()
    await served.close()
  })
})

interface PushingPage {
  push(url: string, repository: string, options: object): Promise<string>
}
