import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pushDockerTar } from '../../src/node/index.ts'
import { serveFiles } from '../support/built-page.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { launchBrowser } from '../support/hosted-page.ts'
import { installProject } from '../support/installed-project.ts'
import { writeLargeArchive } from '../support/large-archive.ts'
import { zstd } from '../support/packing.ts'

// A page with the packed package, under the policies of docs/bundlers.md. It may connect to the registry alone.

const PAGE = `import { pushDockerTar } from 'registry-api-v2-client'
const breaches = []
addEventListener('securitypolicyviolation', ({ effectiveDirective }) => breaches.push(effectiveDirective))
window.push = async (url, repository, options) => {
  const [file] = document.querySelector('input').files
  const pushed = await pushDockerTar(file, url, repository, 'v1', options).catch(String)
  return { pushed, breaches: [...new Set(breaches.splice(0))] }
}`
const HTML = `<!doctype html><link rel="icon" href="data:,"><input type="file"><script type="module" src="page.js"></script>`

const WASM = "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:"
const POLICIES = [
  { name: 'that allows what the package uses', policy: WASM, breaches: [], hasZstd: true },
  { name: 'without Workers', policy: WASM.replace('blob:', "'none'"), breaches: ['worker-src'], hasZstd: true },
  {
    name: 'with Trusted Types',
    policy: `${WASM}; require-trusted-types-for 'script'; trusted-types 'none'`,
    breaches: ['require-trusted-types-for'],
    hasZstd: true,
  },
  { name: 'without WebAssembly', policy: "default-src 'self'", breaches: ['script-src'], hasZstd: false },
]

const folder = mkdtempSync(join(tmpdir(), 'policies-'))
const LARGE = join(folder, 'large.tar')
const registry = () => inject('registryUrl')
let browser: Browser
let dist: string
let largeDigest: string
beforeAll(async () => {
  const project = await installProject('policies', { files: { 'page.js': PAGE, 'index.html': HTML } })
  dist = join(project.folder, 'dist')
  await build({ configFile: false, root: project.folder, base: './', logLevel: 'warn' })
  browser = await launchBrowser()
  await writeLargeArchive(LARGE, { layers: 1, layerMiB: 12, name: 'team/app:v1' })
  largeDigest = await pushDockerTar(LARGE, registry(), 'packages/policies-expected', 'v1')
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

describe.each(POLICIES)('a page under a policy $name', ({ policy, breaches, hasZstd }) => {
  it('pushes, and breaks no other rule', async () => {
    const rules = `${policy}; connect-src ${new URL(registry()).origin}`
    const meta = `<meta http-equiv="Content-Security-Policy" content="${rules}">`
    const html = readFileSync(join(dist, 'index.html'), 'utf8').replace('<!doctype html>', `$&${meta}`)
    const served = await serveFiles(dist, { files: { 'index.html': html } })
    const page = await browser.newPage()
    await page.goto(served.url)
    await page.waitForFunction(() => 'push' in window)
    const push = async (file: Parameters<typeof page.setInputFiles>[1], options: object) => {
      await page.setInputFiles('input', file)
      const call = [registry(), `packages/policies-${crypto.randomUUID()}`, options] as const
      return page.evaluate((call) => (window as unknown as PushingPage).push(...call), call)
    }
    expect(await push(LARGE, { verify: true })).toEqual({ pushed: largeDigest, breaches })
    const packed = { name: 'image', mimeType: '', buffer: Buffer.from(zstd(await makePortableArchive())) }
    const { pushed } = await push(packed, { compress: 'zstd' })
    if (hasZstd) expect(pushed).toBe(PORTABLE_DIGESTS.zstd)
    else expect(pushed).toMatch(/^RegistryError: Cannot unpack the archive: the zstd decoder .*'wasm-unsafe-eval'/)
    await page.close()
    await served.close()
  })
})

interface PushingPage {
  push(url: string, repository: string, options: object): Promise<{ pushed: string; breaches: readonly string[] }>
}
