import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { getImageInfo, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { CONVERSIONS } from '../support/convert-contract.ts'
import { createLayout } from '../support/layout.ts'
import { gzip, zip, zstd } from '../support/packing.ts'
import { PULLED_ARCHIVE, PULLED_NAME, PULLED_TAR } from '../support/pulled-tar.ts'
import { pushInProcess } from '../support/push-process.ts'
import { serveRedirectingRegistry, USER } from '../support/redirecting-registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'runtimes-'))
const archive = join(folder, 'image.tar')
beforeAll(async () => {
  const bytes = await createTestArchive({ images: [{ layers: [{ large: 'x'.repeat(350_000) }, { small: 'y' }] }] })
  await writeFile(archive, bytes)
})
afterAll(() => rmSync(folder, { recursive: true }))

const RUNTIMES = [
  ['Node', [process.execPath]],
  ['Deno', ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock']],
  ['Bun', ['node_modules/.bin/bun', 'run']],
] as const

describe('openArchive() of the built package', () => {
  it.each(RUNTIMES)('opens in %s files, folders, what is packed, and the standard input', async (_, runtime) => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list({ ...image })
    const path = join(folder, 'layout')
    for (const [name, data] of layout.files) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), data)
    }
    const tar = layout.tar()
    const packed = { 'a.tar': tar, 'a.tar.gz': await gzip(tar), 'a.tar.zst': zstd(tar), 'a.zip': await zip({ a: tar }) }
    const paths = Object.entries(packed).map(([name, bytes]) => {
      writeFileSync(join(folder, name), bytes)
      return join(folder, name)
    })
    const [command, ...parameters] = [...runtime, 'test/support/open-program.js', path, ...paths] as const
    const child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.end(tar)
    expect(JSON.parse(await text(child.stdout))).toEqual(Array(6).fill(image.digest))
  })
})

describe('writeArchive() of the built package', () => {
  it.each(RUNTIMES)('writes in %s the same bytes as everywhere', async (_, runtime) => {
    const expected = CONVERSIONS.filter(({ options }) => options === undefined)
    const paths = expected.map(({ name }) => `test/archives/${name}.tar`)
    const [command, ...parameters] = [...runtime, 'test/support/convert-program.js', ...paths] as const
    const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
    expect(JSON.parse(await text(child.stdout))).toEqual(expected.map(({ tar }) => tar))
  })
})

describe('pushDockerTar() of the built package', () => {
  it.each(RUNTIMES)('pushes from %s into the real registry', async (name, runtime) => {
    const url = inject('registryUrl')
    const repository = `runtimes/${name.toLowerCase()}-${Date.now().toString(36)}`
    const outcome = await pushInProcess(runtime, { archive, url, repository, chunkSize: 100_000 })
    const { digest, manifest } = await getImageInfo(url, repository, 'v1')
    expect(outcome.digest).toBe(digest)
    expect('config' in manifest && manifest.config.digest).toBe(outcome.id)
    expect(outcome.events).toBeGreaterThan(8)
  })
})

describe('pullDockerTar() of the built package', () => {
  it.each(RUNTIMES)('gives in %s the same tar, as a stream and as a file', async (name, runtime) => {
    const url = inject('registryUrl')
    const repository = `pull/from-${name.toLowerCase()}-${Date.now().toString(36)}`
    await pushDockerTar(await readFile(join('test/archives', PULLED_ARCHIVE)), url, repository, 'v1')
    const parameters = [url, repository, PULLED_NAME, join(folder, `${name}.tar`)]
    const [command, ...rest] = [...runtime, 'test/support/pull-program.js', ...parameters]
    const child = spawn(command as string, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
    expect(JSON.parse(await text(child.stdout))).toEqual([PULLED_TAR, PULLED_TAR])
  })
})

describe('getImageInfo() of the built package', () => {
  const ids = 'CVE-2022-0235, CVE-2024-24758, CVE-2024-30260, GHSA-vh4v-2xq2-g5cg, GHSA-whvf-jp7m-59f3'
  it.each(RUNTIMES)(`takes no secrets along in %s, where a download is redirected (${ids})`, async (_, runtime) => {
    const registry = await serveRedirectingRegistry()
    const { username, password } = USER
    const [command, ...parameters] = [...runtime, 'test/support/redirect-program.js', registry.url, username, password]
    const child = spawn(command as string, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
    expect(JSON.parse(await text(child.stdout))).toEqual({ os: 'linux' })
    const seen: string[][] = await (await fetch(registry.seenUrl)).json()
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.flat().filter((name) => /^(authorization|cookie|x-team-secret)$/.test(name))).toEqual([])
    await registry.close()
  })
})
