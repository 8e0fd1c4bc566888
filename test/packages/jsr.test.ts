import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pushDockerTar } from '../../src/node/index.ts'
import { writeLargeArchive } from '../support/large-archive.ts'

// JSR publishes the source. Its scope is a placeholder here: it is not chosen yet (CONTRIBUTING.md, "Releases").

const PROGRAM = `
let started = 0
globalThis.Worker = class extends Worker {
  constructor(...given) {
    super(...given)
    started++
  }
}
const { pushDockerTar } = await import('./src/index.ts')
const [path, url] = Deno.args
const digest = await pushDockerTar(new File([await Deno.readFile(path)], 'image.tar'), url, 'packages/jsr', 'v1')
console.log(digest, started > 0 ? 'hashed in Workers' : 'hashed in one thread')
`

const folder = mkdtempSync(join(tmpdir(), 'jsr-'))
beforeAll(() => {
  for (const name of ['src', 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE']) {
    cpSync(name, join(folder, name), { recursive: true })
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const settings = JSON.parse(readFileSync('jsr.json', 'utf8'))
  writeFileSync(join(folder, 'jsr.json'), JSON.stringify({ ...settings, name: '@scope/registry-api-v2-client' }))
  writeFileSync(join(folder, 'program.js'), PROGRAM)
})
afterAll(() => rmSync(folder, { recursive: true }))

const deno = (...args: readonly string[]) =>
  promisify(execFile)(resolve('node_modules/.bin/deno'), args, { cwd: folder, env: { ...process.env, NO_COLOR: '1' } })

describe('the package on JSR', () => {
  it('passes the checks of a release, with types that need no inference', async () => {
    const { stderr } = await deno('publish', '--dry-run', '--allow-dirty', '--set-version', '1.2.3')
    expect(stderr).toContain('Simulating publish of @scope/registry-api-v2-client@1.2.3')
    expect(stderr).toContain('Dry run complete')
    expect(stderr.toLowerCase()).not.toContain('warning')
    expect(stderr).not.toMatch(/src\/(?:cli|element)\/|program\.js/)
  })

  it('pushes from its source in Deno, and hashes in Workers', async () => {
    const archive = join(folder, 'image.tar')
    await writeLargeArchive(archive, { layers: 1, layerMiB: 12, name: 'team/app:v1' })
    const expected = await pushDockerTar(archive, inject('registryUrl'), 'packages/jsr-expected', 'v1')
    const options = ['run', '--no-lock', '--allow-net', '--allow-read', '--allow-env']
    const { stdout } = await deno(...options, 'program.js', archive, inject('registryUrl'))
    expect(stdout).toBe(`${expected} hashed in Workers\n`)
  })
})
