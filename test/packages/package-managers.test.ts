import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { type InstalledProject, installProject } from '../support/installed-project.ts'
import { zstd } from '../support/packing.ts'

// The two that hide what a package does not declare: pnpm links only that, and Plug'n'Play of Yarn resolves only that.

const PROGRAM = `import { readFileSync } from 'node:fs'
import * as portable from 'registry-api-v2-client'
import * as node from 'registry-api-v2-client/node'
import 'registry-api-v2-client/testing/node'

const [archive, url, repository] = process.argv.slice(2)
const target = [url, repository, 'v1', { compress: 'zstd' }]
console.log(await portable.pushDockerTar(readFileSync(archive), ...target))
console.log(await node.pushDockerTar(archive, ...target))`

const PACKAGE = JSON.stringify({
  private: true,
  dependencies: { 'registry-api-v2-client': `file:${inject('packedPackage')}` },
})

/** What installs in the folder of the package manager, and what begins a command of the project. */
const MANAGERS = {
  pnpm: { install: ['install', '--no-frozen-lockfile'], exec: ['exec'] },
  yarn: { install: [], exec: [] },
}

// Not below the packages of this repository, where Node would find what is not declared.
const elsewhere = mkdtempSync(join(tmpdir(), 'package-managers-'))
let project: InstalledProject
beforeAll(async () => {
  project = await installProject('package-managers', {
    dependencies: { '@yarnpkg/cli-dist': '4.18.1', pnpm: '12.21.0' },
  })
  writeFileSync(join(elsewhere, 'image.tar.zst'), zstd(await makePortableArchive()))
  for (const name of Object.keys(MANAGERS)) {
    mkdirSync(join(elsewhere, name))
    writeFileSync(join(elsewhere, name, 'package.json'), PACKAGE)
    writeFileSync(join(elsewhere, name, 'push.mjs'), PROGRAM)
  }
})
afterAll(() => rmSync(elsewhere, { recursive: true }))

describe.each(Object.entries(MANAGERS))('the packed package, installed by %s', (name, { install, exec }) => {
  const run = (...command: readonly string[]) => {
    const kept = join(project.folder, 'node_modules')
    const env = {
      pnpm_config_store_dir: join(kept, '.pnpm-store'),
      YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
      YARN_ENABLE_TELEMETRY: '0',
      YARN_GLOBAL_FOLDER: join(kept, '.yarn'),
    }
    return project.run('env', ['-C', join(elsewhere, name), name, ...command], env)
  }

  it('finds all that it imports, and its command', async () => {
    await run(...install)
    const repository = `packages/${name}`
    const { stdout } = await run(...exec, 'node', 'push.mjs', '../image.tar.zst', inject('registryUrl'), repository)
    expect(stdout.trim().split('\n')).toEqual([PORTABLE_DIGESTS.zstd, PORTABLE_DIGESTS.zstd])
    const { host } = new URL(inject('registryUrl'))
    const digest = await run(...exec, 'registry-client', 'digest', `${host}/${repository}:v1`)
    expect(digest.stdout.trim()).toBe(PORTABLE_DIGESTS.zstd)
  })
})
