import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { GO_PROGRAMS } from '../../scripts/find/go-program.js'
import { listImageFiles, openImage, pushDockerTar } from '../../src/node/index.ts'
import { createAuthority } from '../support/certificates.ts'
import { COMMAND } from '../support/command.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { bringProgram } from '../support/peers.ts'
import { FAILURES, JOBS, TOOLS, type Tool } from '../support/side-by-side.ts'

// The jobs and the failures of docs/cli-compared.md, tried with each tool. `npm run side-by-side` writes that page.

const PAGE = 'docs/cli-compared.md'
const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const OTHER = 'test/archives/docker-20.10-graph-driver.tar'
const folder = mkdtempSync(join(tmpdir(), 'side-by-side-'))
const registries: Distribution[] = []
/** The hosts in the commands, and where they are. */
const hosts = new Map<string, string>()
const said = new Map<string, string>()
let [digest, file] = ['', '']

beforeAll(async () => {
  const authority = await createAuthority()
  const tls = await authority.issue({ name: 'registry', hosts: ['localhost', '127.0.0.1'] })
  const start = async (name: string, options: Parameters<typeof startDistribution>[0] = {}) => {
    const registry = await startDistribution(options)
    registries.push(registry)
    hosts.set(`${name}.example.com`, `localhost:${new URL(registry.url).port}`)
    return registry
  }
  const { url } = await start('registry')
  await start('mirror')
  await start('private', { auth: { htpasswd: HTPASSWD_USER } })
  await start('secure', { tls: { certificate: tls.certificate, key: tls.key } })
  hosts.set('down.example.com', `localhost:${await closedPort()}`)

  digest = await pushDockerTar(ARCHIVE, url, 'team/app', 'v1')
  // A tag that stays when the image is deleted.
  await pushDockerTar(OTHER, url, 'team/app', 'other')
  const image = await openImage(url, 'team/app', 'v1')
  for await (const entry of listImageFiles(image)) if (entry.type === 'file') file = entry.path
  copyFileSync(ARCHIVE, join(folder, 'app.tar'))
  writeFileSync(join(folder, 'page.html'), '<!doctype html><title>Sign in</title>\n')
  writeFileSync(join(folder, 'sbom.json'), '{}\n')
  const auth = Buffer.from('ci:wrong').toString('base64')
  const config = { auths: { [hosts.get('private.example.com') ?? '']: { auth } } }
  mkdirSync(join(folder, '.docker'))
  writeFileSync(join(folder, '.docker', 'config.json'), JSON.stringify(config))
  const plain = ['registry', 'mirror', 'private', 'down'].map((name) => hosts.get(`${name}.example.com`) ?? '')
  mkdirSync(join(folder, '.regctl'))
  writeFileSync(
    join(folder, '.regctl', 'config.json'),
    JSON.stringify({ hosts: Object.fromEntries(plain.map((host) => [host, { tls: 'disabled', hostname: host }])) }),
  )
}, 60_000)

afterAll(async () => {
  await Promise.all(registries.map((registry) => registry.stop()))
  rmSync(folder, { recursive: true })
})

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Runs the command of a tool as it stands on the page, with the hosts of this test and plain http. */
function runTool(tool: Tool, command: string): Promise<{ code: number; output: string }> {
  const words = command.split(' ').map((word) => {
    const place = [...hosts].reduce((text, [name, host]) => text.replace(name, host), word)
    // A registry on this machine is asked by http, unless its address says otherwise.
    const isSecure = tool === 'registry-client' && word.includes('secure.')
    return (isSecure ? `https://${place}` : place).replace('DIGEST', digest).replace('FILE', file)
  })
  const [program, ...first] = programOf(tool)
  const args = [...first, ...words, ...plainHttp(tool, command)]
  const env = { ...process.env, HOME: folder, DOCKER_CONFIG: join(folder, '.docker'), XDG_RUNTIME_DIR: folder }
  for (const name of ['pulled.tar', 'missing.tar']) rmSync(join(folder, name), { force: true })
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: `${stderr}${stdout}` })
    })
  })
}

function programOf(tool: Tool): readonly [string, ...string[]] {
  if (tool === 'registry-client') return [process.execPath, COMMAND]
  if (tool === 'skopeo') return [bringProgram('skopeo')]
  const { path, absence } = inject('goPrograms')[tool]
  if (path === undefined) throw new Error(`Cannot compare with ${tool}: ${absence}`)
  return [path]
}

/** The flags for registries of plain http. The secure one is asked by https. */
function plainHttp(tool: Tool, command: string): readonly string[] {
  if (command.includes('secure.')) return tool === 'oras' ? ['--plain-http=false'] : []
  if (tool === 'oras') return command.startsWith('copy') ? [] : ['--plain-http']
  if (tool !== 'skopeo') return []
  if (command.startsWith('sync') || command.startsWith('copy docker://')) {
    return ['--src-tls-verify=false', ...(command.includes('docker-archive') ? [] : ['--dest-tls-verify=false'])]
  }
  return command.startsWith('copy') ? ['--dest-tls-verify=false'] : ['--tls-verify=false']
}

/** A message as the page shows it: with the hosts of the page, and without what differs from run to run. */
function normalize(output: string): string {
  const named = [...hosts].reduce((text, [name, host]) => text.replaceAll(host, name), output)
  return (
    stripVTControlCharacters(named)
      .replaceAll(/(?:127\.0\.0\.1|\[::1\]):\d+/g, '127.0.0.1:PORT')
      .replaceAll(folder, '.')
      // A note about the plain http of this test.
      .replaceAll(/^.*Changing TLS settings for registry.*\n/gm, '')
      .replaceAll(/\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?/g, 'TIME')
      .trim()
  )
}

describe.each(JOBS)('$title', ({ title, commands }) => {
  it.each(Object.entries(commands) as [Tool, string][])(
    '%s %s',
    async (tool, command) => {
      const { code, output } = await runTool(tool, command)
      expect(code, `${title}: ${output}`).toBe(0)
      // Deleted once for each tool.
      if (title.startsWith('Delete')) await pushDockerTar(ARCHIVE, registries[0]?.url ?? '', 'team/app', 'v1')
      if (command.includes('pulled.tar')) expect(existsSync(join(folder, 'pulled.tar'))).toBe(true)
    },
    60_000,
  )
})

describe.each(FAILURES)('$title', ({ title, exitCode, commands }) => {
  it.each(Object.entries(commands) as [Tool, string][])(
    '%s %s',
    async (tool, command) => {
      const { code, output } = await runTool(tool, command)
      said.set(`${title} ${tool}`, `${normalize(output)}\n→ ${code}`)
      if (tool !== 'registry-client') return expect(code).not.toBe(0)
      expect(code, output).toBe(exitCode)
      expect(output.trim().split('\n'), 'the fault and the remedy').toHaveLength(2)
      expect(existsSync(join(folder, 'missing.tar'))).toBe(false)
    },
    60_000,
  )
})

describe('docs/cli-compared.md', () => {
  it('has the commands and the messages (npm run side-by-side)', async () => {
    if (process.env.SIDE_BY_SIDE === 'write') writeFileSync(PAGE, writePage())
    const page = readFileSync(PAGE, 'utf8')
    for (const { title, commands } of [...JOBS, ...FAILURES]) {
      expect(page).toContain(title)
      for (const [tool, command] of Object.entries(commands)) expect(page).toContain(`${tool} ${command}`)
    }
    for (const { title } of FAILURES) expect(page).toContain(said.get(`${title} registry-client`))
  })
})

function writePage(): string {
  const versions = ['crane', 'regctl', 'oras'].map((name) => GO_PROGRAMS[name as 'crane'].title).join(', ')
  return [
    '# `registry-client` beside crane, skopeo, regctl and oras\n',
    'The same jobs and the same failures, each run with each tool. `npm run side-by-side` writes this page again.',
    `The versions are ${versions}, and skopeo of Debian. Flags for plain http are left out.\n`,
    '## Ten jobs\n',
    ...JOBS.flatMap(({ title, commands }) => [`### ${title}\n`, '```sh', ...commandLines(commands), '```\n']),
    '## Five failures\n',
    'After each command stand its message and its exit code. The other tools answer 1 to every failure.\n',
    ...FAILURES.flatMap(({ title, commands }) => [
      `### ${title}\n`,
      ...Object.entries(commands).flatMap(([tool, command]) => [
        '```console',
        `$ ${tool} ${command}`,
        said.get(`${title} ${tool}`) ?? '',
        '```\n',
      ]),
    ]),
  ].join('\n')
}

function commandLines(commands: Readonly<Partial<Record<Tool, string>>>): readonly string[] {
  return TOOLS.map((tool) => (commands[tool] === undefined ? `# ${tool} cannot` : `${tool} ${commands[tool]}`))
}
