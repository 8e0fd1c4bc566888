import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bringNode, NEWEST_NODE, OLDEST_NODE } from '../../scripts/find/node.js'
import { getImageInfo } from '../../src/node/index.ts'
import { runProgramInTerminal } from '../support/command.ts'

// The command as people get it: from the packed tarball, in a folder of their own.

const run = promisify(execFile)
const ARCHIVE = resolve('test/archives/docker-29.8-graph-driver.tar')
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
const MINUTE = 60_000

const folder = mkdtempSync(join(tmpdir(), 'packed-command-'))
const project = join(folder, 'project')
const COMMAND = 'node_modules/registry-api-v2-client/dist/cli/main.js'
const registry = inject('registryUrl')
const { host } = new URL(registry)
const env = { ...process.env, HOME: folder, DOCKER_CONFIG: join(folder, '.docker'), NODE_OPTIONS: '' }
let seconds = 0

beforeAll(async () => {
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder])
  const [{ filename }] = JSON.parse(stdout)
  const begin = performance.now()
  // The cache of packages is that of the user.
  await run('npm', ['install', ...NPM_OPTIONS, join(folder, filename)], { cwd: project })
  seconds = (performance.now() - begin) / 1000
}, 3 * MINUTE)
afterAll(() => rmSync(folder, { recursive: true }))

/** How people run it. */
const WAYS: ReadonlyArray<readonly [name: string, words: () => readonly [string, ...string[]]]> = [
  [`Node ${OLDEST_NODE}`, () => [bringNode(OLDEST_NODE), COMMAND]],
  [`Node ${NEWEST_NODE}`, () => [bringNode(NEWEST_NODE), COMMAND]],
  ['npx registry-client', () => ['npx', 'registry-client']],
  ['npx registry-api-v2-client', () => ['npx', 'registry-api-v2-client']],
  ['Deno', () => [resolve('node_modules/.bin/deno'), 'run', '--allow-all', '--no-lock', COMMAND]],
  ['Bun', () => [resolve('node_modules/.bin/bun'), COMMAND]],
]

describe.each(WAYS)('the packed command, run by %s', (name, words) => {
  const repository = `packed/${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
  const reference = `${host}/${repository}:v1`

  const call = async (...args: string[]) => {
    const [program, ...rest] = words()
    return run(program, [...rest, ...args], { cwd: project, env })
  }

  it(
    'prints its version',
    async () => {
      const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
      expect(await call('--version')).toEqual({ stdout: `${version}\n`, stderr: '' })
    },
    MINUTE,
  )

  it(
    'pushes, lists and pulls in under a minute, and prints nothing else',
    async () => {
      const begin = performance.now()
      const pushed = await call('push', ARCHIVE, reference)
      const { digest } = await getImageInfo(registry, repository, 'v1')
      expect(pushed).toEqual({ stdout: `${reference}@${digest}\n`, stderr: '' })
      expect(await call('tags', `${host}/${repository}`)).toEqual({ stdout: 'v1\n', stderr: '' })
      const tar = `${repository.replace('/', '-')}.tar`
      const pulled = await call('pull', reference, '-o', tar)
      expect(pulled).toEqual({ stdout: `${reference}@${digest}\n`, stderr: `Written to ${tar}\n` })
      expect((await call('digest', tar)).stdout).toBe(`${digest}\n`)
      expect(seconds + (performance.now() - begin) / 1000).toBeLessThan(60)
    },
    MINUTE,
  )

  it(
    'exits with 3 if the archive does not exist',
    async () => {
      await expect(call('push', 'missing.tar', reference)).rejects.toMatchObject({ code: 3, stdout: '' })
    },
    MINUTE,
  )

  it(
    'draws on a terminal',
    async () => {
      const [program, ...rest] = words()
      const { code, screen } = await runProgramInTerminal(program, [...rest, 'push', ARCHIVE, reference], {
        cwd: project,
        columns: 160,
        env: { PATH: process.env.PATH ?? '' },
      })
      expect(screen).toContain(reference)
      expect(code).toBe(0)
    },
    MINUTE,
  )
})

describe('the packed command', () => {
  it('has no file outside of what package.json lists, and no link out of the project', async () => {
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--dry-run'])
    const names: string[] = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path)
    expect(names).toContain('dist/cli/main.js')
    expect(names.filter((name) => /^(?:test|bench|scripts|\.)/.test(name) || dirname(name).includes('..'))).toEqual([])
  })
})
