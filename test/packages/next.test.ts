import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { startServer } from '../../scripts/find/server.js'
import { pushDockerTar } from '../../src/index.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { launchBrowser } from '../support/hosted-page.ts'
import { installProject } from '../support/installed-project.ts'
import { zstd } from '../support/packing.ts'
import { watchPage } from '../support/watched-page.ts'

const FILES = {
  // Without "root", Turbopack warns about the lock file of the folder above.
  'next.config.js': 'export default { turbopack: { root: import.meta.dirname } }',
  'app/layout.js': `export const metadata = { icons: 'data:,' }
export default ({ children }) => <html lang="en"><body>{children}</body></html>`,
  'app/page.js': `'use client'
import { useState } from 'react'
import { pushDockerTar } from 'registry-api-v2-client'

export default function Page() {
  const [result, setResult] = useState('')
  const push = ({ target: { files: [file] } }) =>
    pushDockerTar(file, '${inject('registryUrl')}', 'packages/next-page', 'v1', { compress: 'zstd' })
      .catch(String)
      .then(setResult)
  return <><input type="file" onChange={push} /><output>{result}</output></>
}`,
  // Next.js clones the answer to each GET, and the cancel of a clone never settles. Both handles meet a 401.
  'app/push/route.js': `import { listTags, openRegistry, pushDockerTar } from 'registry-api-v2-client/node'

export async function POST(request) {
  const { url, credentials, repository, options } = JSON.parse(request.headers.get('x-push'))
  const open = () => openRegistry(url, { credentials })
  try {
    const digest = await pushDockerTar(request.body, open(), repository, 'v1', options)
    return Response.json([digest, ...(await listTags(open(), repository))])
  } catch (error) {
    return Response.json(String(error))
  }
}`,
}

let registry: Distribution
let next: Awaited<ReturnType<typeof startServer>>
let origin: string
let browser: Browser
let archive: Uint8Array<ArrayBuffer>
let digest: string

beforeAll(async () => {
  const project = await installProject('next', {
    files: FILES,
    dependencies: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
  })
  // Next.js would install TypeScript for it.
  rmSync(join(project.folder, 'tsconfig.json'))
  const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  await project.run('next', ['build'], env)
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  const program = join(project.folder, 'node_modules/next/dist/bin/next')
  next = await startServer(process.execPath, [program, 'start', project.folder, '-H', '127.0.0.1', '-p', `${port}`], {
    isUp: async () => (await fetch(origin).catch(() => undefined))?.ok === true,
    env,
  })
  registry = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  browser = await launchBrowser()
  archive = await makePortableArchive()
  digest = await pushDockerTar(archive, inject('registryUrl'), 'packages/next-expected', 'v1')
}, 600_000)
afterAll(async () => {
  await browser?.close()
  await registry?.stop()
  await next?.stop()
})

describe('a client component of Next.js', () => {
  it('renders on the server, and unpacks, compresses and pushes in the browser', async () => {
    expect(await (await fetch(origin)).text()).toContain('<input type="file"/>')
    const page = await browser.newPage()
    const { complaints } = await watchPage(page)
    await page.goto(origin, { waitUntil: 'networkidle' })
    const file = { name: 'image.tar.zst', mimeType: 'application/zstd', buffer: Buffer.from(zstd(archive)) }
    await page.setInputFiles('input', file)
    expect(await page.locator('output:not(:empty)').textContent()).toBe(PORTABLE_DIGESTS.zstd)
    expect(complaints).toEqual([])
  })
})

describe('a route handler of Next.js', () => {
  const push = async (body: BodyInit, repository: string, call: object = {}) => {
    const target = { url: registry.url, credentials: HTPASSWD_USER, repository, ...call }
    const headers = { 'x-push': JSON.stringify(target) }
    const signal = AbortSignal.timeout(30_000)
    return (await fetch(`${origin}/push`, { method: 'POST', headers, body, signal })).json()
  }

  it('pushes its request into a registry that asks for a sign-in, and lists the tags', async () => {
    expect(await push(archive, 'team/plain')).toEqual([digest, 'v1'])
  })

  it('reads a zstd archive, and compresses with zstd', async () => {
    const compress = { options: { compress: 'zstd' } }
    expect(await push(zstd(archive), 'team/zstd', compress)).toEqual([PORTABLE_DIGESTS.zstd, 'v1'])
  })

  it('answers with the error when the password is wrong', async () => {
    const wrong = { credentials: { ...HTPASSWD_USER, password: 'wrong' } }
    expect(await push(archive, 'team/wrong', wrong)).toMatch(/^ResponseError: Cannot .* answered 401/)
  })
})
