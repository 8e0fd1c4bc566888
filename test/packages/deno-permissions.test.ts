import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { type FollowedPage, followPage } from '../support/start-page.ts'

// The table of docs/start/deno.md: with the permissions that it names each act works, and without one of them it fails.

const PROGRAMS = {
  'push.js': `import { pushDockerTar } from 'registry-api-v2-client/node'
const [url, archive, compress] = Deno.args
console.log(await pushDockerTar(archive, url, 'team/app', 'v1', { compress }))`,
  'pull.js': `import { pullDockerTar } from 'registry-api-v2-client/node'
const { digest } = await pullDockerTar(Deno.args[0], 'team/app', 'v1', { to: Deno.args[1] })
console.log(digest)`,
  'sign-in.js': `import { dockerCredentials, openRegistry, pushDockerTar } from 'registry-api-v2-client/node'
const registry = openRegistry(Deno.args[0], { credentials: dockerCredentials() })
console.log(await pushDockerTar('plain.tar', registry, 'team/app', 'v1'))`,
}
const HELPER = '--allow-run'

/** The rows of the table, each with what the first one needs too. */
const ROWS = readRows()

/** The acts of the rows, in their order, and programs that do them. */
const ACTS = [
  { act: 'pushes an archive', row: 0, command: 'push.js REGISTRY plain.tar' },
  { act: 'pushes a folder', row: 0, command: 'push.js REGISTRY layout' },
  { act: 'pushes a packed archive', row: 1, command: 'push.js REGISTRY plain.tar.gz' },
  { act: 'compresses', row: 1, command: 'push.js REGISTRY plain.tar gzip' },
  { act: 'pulls into a file', row: 2, command: 'pull.js REGISTRY new.tar' },
  { act: 'replaces a file', row: 3, command: 'pull.js REGISTRY app.tar' },
  { act: 'finds the password of docker login', row: 4, command: 'sign-in.js SIGNED', without: HELPER },
  { act: 'asks a credential helper', row: 4, command: 'sign-in.js SIGNED', config: 'helper' },
] as const

function readRows(): ReadonlyArray<readonly string[]> {
  const [, table = ''] = /^## Permissions\n(.*?)^Next: /ms.exec(readFileSync('docs/start/deno.md', 'utf8')) ?? []
  const rows = table
    .split('\n')
    .map((line) => [...line.matchAll(/`(--allow[^`]*)`/g)].flatMap(([, flags = '']) => flags.split(' ')))
  const [first = [], ...others] = rows.filter((flags) => flags.length > 0)
  return [first, ...others.map((flags) => [...first, ...flags])]
}

/** Each way to leave out one permission: a flag, or one name of a flag that has several. */
function withoutOne(flags: readonly string[]): ReadonlyArray<readonly string[]> {
  return flags.flatMap((flag, index) => {
    const [name, list = ''] = flag.split('=')
    const names = list.split(',')
    const rest = names.map((_, left) => names.filter((_, other) => other !== left))
    const others = names.length > 1 ? rest.map((kept) => [`${name}=${kept}`]) : [[]]
    return others.map((other) => [...flags.slice(0, index), ...other, ...flags.slice(index + 1)])
  })
}

let page: FollowedPage
let signed: Distribution
let host: string
const configs = mkdtempSync(join(tmpdir(), 'deno-permissions-'))

beforeAll(async () => {
  signed = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  const { username, password } = HTPASSWD_USER
  const stored = { auths: { [new URL(signed.url).host]: { auth: btoa(`${username}:${password}`) } } }
  for (const [name, config] of Object.entries({ stored, helper: { credsStore: 'test' } })) {
    mkdirSync(join(configs, name))
    writeFileSync(join(configs, name, 'config.json'), JSON.stringify(config))
  }
  writeHelper(configs, 'test', HELPERS.answers({ Username: username, Secret: password }))
  const port = await freePort()
  host = `localhost:${port}`
  page = await followPage('deno', {
    replace: { 'client serve': `client serve --port ${port}`, 'localhost:15000': host },
  })
  for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(page.folder, name), text)
  copyFileSync('test/archives/docker-29.8-graph-driver.tar', join(page.folder, 'plain.tar'))
  await page.type('gzip --keep plain.tar; mkdir layout; tar -xf app.tar -C layout')
})
afterAll(async () => {
  await page?.close()
  await signed?.stop()
  rmSync(configs, { recursive: true })
})

describe('docs/start/deno.md', () => {
  it.each(ACTS)('names all permissions of a program that $act, and no others', async ({ row, command, ...act }) => {
    const without = 'without' in act ? act.without : undefined
    const flags = (ROWS[row] ?? []).filter((flag) => flag !== without)
    const program = command.replace('REGISTRY', host).replace('SIGNED', signed.url)
    const config = join(configs, 'config' in act ? act.config : 'stored')
    const env = `DOCKER_CONFIG=${config} PATH=${configs}${delimiter}$PATH`
    const run = (flags: readonly string[]) =>
      page.type(`${env} deno run --no-prompt ${flags.join(' ')} ${program} || true`)
    const lacking = withoutOne(flags)
    const failures = await Promise.all(lacking.map(run))
    for (const [index, failure] of failures.entries())
      expect(failure, lacking[index]?.join(' ')).toContain('NotCapable')
    expect(failures[0]).toContain('Deno does not allow it; run it with --allow-net')
    expect(await run(flags)).toMatch(/^sha256:[0-9a-f]{64}\n$/)
  })
})
