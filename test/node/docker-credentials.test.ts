import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect, promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RegistryError, ValidationError } from '../../src/errors.ts'
import { dockerCredentials } from '../../src/node/index.ts'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import { rejection } from '../support/errors.ts'

const SECRET = 'tr0ub4dor'
const REGISTRY = 'https://registry.example.com/'
const HUB = 'https://registry-1.docker.io/'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'))
  file = join(folder, 'config.json')
  // Nothing of the machine's own is read.
  for (const name of ['DOCKER_AUTH_CONFIG', 'REGISTRY_AUTH_FILE', 'DOCKER_CONFIG', 'XDG_CONFIG_HOME'])
    vi.stubEnv(name, undefined)
  vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'run'))
  vi.stubEnv('HOME', join(folder, 'home'))
  vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const user = (name: string) => ({ auth: base64(`${name}:${SECRET}`) })
const credentials = (username: string) => ({ username, password: SECRET })

function write(config: unknown, path = file): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config))
  return path
}

/** What is found in one file. */
function find(config: unknown, registry = REGISTRY, scopes: readonly string[] = [], timeout?: number) {
  const provide = dockerCredentials({ file: write(config), ...(timeout !== undefined && { timeout }) })
  return provide({ registry, service: undefined, scopes })
}

/** Nothing of a secret is in an error, however it is shown. */
function expectSilence(error: Error, secret = SECRET): void {
  const shown = `${inspect(error, { depth: 10, showHidden: true })}${error.stack}${JSON.stringify(error)}`
  expect(shown).not.toContain(secret)
  expect(shown).not.toContain(base64(secret).slice(0, 8))
}

describe('dockerCredentials()', () => {
  it('looks in the places of Docker and podman, one after the other', async () => {
    vi.stubEnv('REGISTRY_AUTH_FILE', join(folder, 'auth-file'))
    const places = [
      join(folder, 'auth-file'),
      join(folder, 'home/.docker/config.json'),
      join(folder, 'run/containers/auth.json'),
      join(folder, 'home/.config/containers/auth.json'),
    ]
    const ask = (host: string) => dockerCredentials()({ registry: `https://${host}/`, service: undefined, scopes: [] })
    expect(await ask('a.test')).toBeUndefined()
    // Each place knows its own host, and those of all places after it.
    places.forEach((place, index) => {
      const hosts = places.slice(0, index + 1).map((_, host) => [`${host}.test`, user(`place-${index}`)])
      write({ auths: Object.fromEntries(hosts) }, place)
    })
    expect(await ask('0.test')).toEqual(credentials('place-0'))
    expect(await ask('3.test')).toEqual(credentials('place-3'))
    rmSync(places[0] as string)
    expect(await ask('0.test')).toEqual(credentials('place-1'))
    vi.stubEnv('DOCKER_CONFIG', join(folder, 'nowhere'))
    expect(await ask('0.test')).toEqual(credentials('place-2'))
    vi.stubEnv('XDG_RUNTIME_DIR', '')
    expect(await ask('0.test')).toEqual(credentials('place-3'))
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'nowhere'))
    expect(await ask('0.test')).toBeUndefined()
  })

  it('reads DOCKER_AUTH_CONFIG before any file, as GitLab CI sets it', async () => {
    const ask = (host: string) => dockerCredentials()({ registry: `https://${host}/`, service: undefined, scopes: [] })
    write({ auths: { 'a.test': user('file'), 'b.test': user('file') } }, join(folder, 'home/.docker/config.json'))
    vi.stubEnv('DOCKER_AUTH_CONFIG', JSON.stringify({ auths: { 'a.test': user('variable') } }, null, 4))
    expect(await ask('a.test')).toEqual(credentials('variable'))
    expect(await ask('b.test')).toEqual(credentials('file'))
    writeHelper(folder, 'all', HELPERS.answers({ Username: 'helper', Secret: SECRET }))
    vi.stubEnv('DOCKER_AUTH_CONFIG', JSON.stringify({ credHelpers: { 'a.test': 'all' } }))
    expect(await ask('a.test')).toEqual(credentials('helper'))
    vi.stubEnv('DOCKER_AUTH_CONFIG', '')
    expect(await ask('a.test')).toEqual(credentials('file'))
  })

  it('refuses a DOCKER_AUTH_CONFIG that is no JSON, names it, and shows nothing of it', async () => {
    vi.stubEnv('DOCKER_AUTH_CONFIG', `{"auths":{"a.test":{"auth":"${SECRET}"`)
    const asking = dockerCredentials()({ registry: REGISTRY, service: undefined, scopes: [] })
    const message = /from the variable DOCKER_AUTH_CONFIG: it is not a JSON object; correct it, or unset it$/
    expectSilence(await rejection(asking, ValidationError, message))
  })

  it('with a file of its own reads no other', async () => {
    vi.stubEnv('DOCKER_AUTH_CONFIG', JSON.stringify({ auths: { 'registry.example.com': user('variable') } }))
    write({ auths: { 'registry.example.com': user('other') } }, join(folder, 'home/.docker/config.json'))
    expect(await find({ auths: {} })).toBeUndefined()
    expect(await find('')).toBeUndefined()
    write({ auths: { 'registry.example.com': user('own') } })
    const request = { registry: REGISTRY, service: undefined, scopes: [] }
    expect(await dockerCredentials({ file: pathToFileURL(file) })(request)).toEqual(credentials('own'))
    const absent = dockerCredentials({ file: join(folder, 'absent') })
    await rejection(absent(request), ValidationError, /absent": it does not exist; pass another/)
  })

  it.each([
    ['no JSON', `{"auths": {"registry.example.com": "${SECRET}`, /it is not a JSON object; correct it/],
    ['a list', JSON.stringify([SECRET]), /it is not a JSON object/],
    ['too large', JSON.stringify(SECRET.repeat(130_000)), /more than 1048576 bytes/],
  ])('refuses a file that is %s, and shows nothing of it', async (_, text, message) => {
    const error = await rejection(find(text), ValidationError, message)
    expect(error.message).toContain(file)
    expectSilence(error)
  })

  it('refuses what it cannot read as a file', async () => {
    const request = { registry: REGISTRY, service: undefined, scopes: [] }
    await rejection(dockerCredentials({ file: folder })(request), ValidationError, /it is not a regular file/)
    const broken = '/proc/self/mem'
    if (!existsSync(broken)) return
    await rejection(dockerCredentials({ file: broken })(request), ValidationError, /it cannot be opened \(EIO\)/)
  })

  it.each([0, -1, Number.NaN, 2 ** 31])('refuses %s as a time-out', (timeout) => {
    expect(() => dockerCredentials({ timeout })).toThrow(RangeError)
  })
})

describe('dockerCredentials() in auths', () => {
  it.each([
    ['auth', { auth: base64('bob:a:b') }, { username: 'bob', password: 'a:b' }],
    ['auth with zeros behind it', { auth: base64('bob:pass\0\0') }, { username: 'bob', password: 'pass' }],
    ['auth beyond ASCII', { auth: base64('bøb:päss') }, { username: 'bøb', password: 'päss' }],
    ['auth without a password', { auth: base64('token:') }, { username: 'token', password: '' }],
    ['user and password', { username: 'bob', password: 'pass' }, { username: 'bob', password: 'pass' }],
    [
      'auth before user',
      { auth: base64('bob:pass'), username: 'x', password: 'y' },
      { username: 'bob', password: 'pass' },
    ],
    ['an identity token', { auth: base64('bob:'), identitytoken: 't' }, { identityToken: 't', username: 'bob' }],
    ['a nameless identity token', { identitytoken: 't' }, { identityToken: 't' }],
    ["an identity token of Docker's", { auth: base64('<token>:'), identitytoken: 't' }, { identityToken: 't' }],
    ['a registry token', { registrytoken: 't' }, { token: 't' }],
    ['nothing', {}, undefined],
    ['null', null, undefined],
    ['nothing but an address', { email: 'bob@example.com' }, undefined],
    ['nothing in auth', { auth: '' }, undefined],
    ['nobody', { auth: base64(':') }, undefined],
  ])('reads %s', async (_, entry, expected) => {
    expect(await find({ auths: { 'registry.example.com': entry } })).toEqual(expected)
  })

  it.each([
    ['a text', SECRET],
    ['no user', { auth: base64(SECRET) }],
    ['no UTF-8', { auth: base64(Buffer.from([98, 58, 0xff, 0xfe])) }],
    ['a token that is none', { registrytoken: `${SECRET}\n` }],
  ])('refuses an entry that is %s, and shows nothing of it', async (_, entry) => {
    const error = await rejection(
      find({ auths: { 'registry.example.com': entry } }),
      ValidationError,
      /Cannot use the entry "registry\.example\.com" of ".*config\.json": it has no credentials/,
    )
    expectSilence(error)
  })

  it.each([
    ['registry.example.com', REGISTRY],
    ['https://registry.example.com', REGISTRY],
    ['https://registry.example.com/v1/', REGISTRY],
    ['http://registry.example.com/v2/', REGISTRY],
    ['registry.example.com/', REGISTRY],
    ['registry.example.com/v1', REGISTRY],
    ['registry.example.com/v2', REGISTRY],
    ['registry.example.com/v2/', REGISTRY],
    ['https://registry.example.com/', REGISTRY],
    ['https://registry.example.com/v2', REGISTRY],
    ['localhost:15000/v2/', 'http://localhost:15000/'],
    ['index.docker.io/v1/', HUB],
    ['Registry.Example.com', REGISTRY],
    ['registry.example.com:443', REGISTRY],
    ['registry.example.com', 'https://registry.example.com/below/'],
    ['registry.example.com:80', 'http://registry.example.com/'],
    ['localhost:15000', 'http://localhost:15000/'],
    ['https://localhost:15000/v1/', 'http://localhost:15000/'],
    ['[::1]:15000', 'http://[::1]:15000/'],
    ['https://index.docker.io/v1/', HUB],
    ['index.docker.io', HUB],
    ['docker.io', HUB],
    ['registry-1.docker.io', HUB],
    ['__proto__', 'https://__proto__/'],
  ])('finds %s for %s', async (key, registry) => {
    expect(await find({ auths: { [key]: user('bob') } }, registry)).toEqual(credentials('bob'))
  })

  it.each([
    ['example.com', REGISTRY],
    ['registry.example.com.evil.test', REGISTRY],
    ['evil.test/registry.example.com', REGISTRY],
    ['https://evil.test/registry.example.com', REGISTRY],
    ['registry.example.com:8443', REGISTRY],
    ['registry.example.com:80', REGISTRY],
    ['registry.example.com/team', REGISTRY],
    ['registry.example.com/team/v2', REGISTRY],
    ['registry.example.com/v3', REGISTRY],
    ['/registry.example.com', REGISTRY],
    ['*', REGISTRY],
    ['docker.io', 'https://docker.io.evil.test/'],
    ['https://index.docker.io/v1/', 'https://registry-1.docker.io:8443/'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.test/'],
    ['constructor', 'https://toString/'],
  ])('does not take %s for %s (CVE-2024-35192)', async (key, registry) => {
    expect(await find({ auths: { [key]: user('bob') }, credHelpers: { [key]: 'absent' } }, registry)).toBeUndefined()
  })

  it('prefers what Docker writes today', async () => {
    const auths = { 'https://registry.example.com/v1/': user('old'), 'registry.example.com': user('new') }
    expect(await find({ auths })).toEqual(credentials('new'))
    const ofHub = { 'docker.io': user('podman'), 'https://index.docker.io/v1/': user('docker') }
    expect(await find({ auths: ofHub }, HUB)).toEqual(credentials('docker'))
    expect(await find({ auths: { ...auths, 'registry.example.com': {} } })).toEqual(credentials('old'))
  })

  it('prefers the entry of a repository, and of the longest path', async () => {
    const auths = {
      'quay.io': user('host'),
      'quay.io/team/app': user('app'),
      'quay.io/team': user('team'),
      'docker.io/team': user('hub-team'),
      'https://index.docker.io/v1/': user('hub'),
    }
    const ask = (...scopes: string[]) => find({ auths }, 'https://quay.io/', scopes)
    expect(await ask('repository:team/app:pull')).toEqual(credentials('app'))
    expect(await ask('repository:team/app/tool:pull')).toEqual(credentials('app'))
    expect(await ask('repository:team/application:pull')).toEqual(credentials('team'))
    expect(await ask('repository:teams/app:pull')).toEqual(credentials('host'))
    expect(await ask('registry:catalog:*')).toEqual(credentials('host'))
    expect(await ask()).toEqual(credentials('host'))
    // Of a mount from another repository, the one that is written to counts.
    expect(await ask('repository:other/base:pull', 'repository:team/app:pull,push')).toEqual(credentials('app'))
    expect(await find({ auths }, HUB, ['repository:team/app:pull'])).toEqual(credentials('hub-team'))
    expect(await find({ auths }, HUB, ['repository:library/app:pull'])).toEqual(credentials('hub'))
  })
})

describe('dockerCredentials() with a helper', () => {
  const helper = (name: string, body: string) => writeHelper(folder, name, body)
  const asked = (name: string) => {
    const path = join(folder, `docker-credential-${name}.asked`)
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  }

  it('asks that of the host, then that of all hosts, then looks in auths', async () => {
    helper('own', HELPERS.answers({ Username: 'own', Secret: SECRET }))
    helper('all', HELPERS.answers({ Username: 'all', Secret: SECRET }))
    helper('nobody', HELPERS.knowsNobody)
    const auths = { 'registry.example.com': user('file') }
    const credHelpers = { 'https://registry.example.com': 'own' }
    expect(await find({ auths, credHelpers, credsStore: 'all' })).toEqual(credentials('own'))
    expect([asked('own'), asked('all')]).toEqual([['get registry.example.com'], []])
    expect(await find({ auths, credsStore: 'all' })).toEqual(credentials('all'))
    expect(await find({ auths, credsStore: 'nobody' })).toEqual(credentials('file'))
    const none = { 'registry.example.com': '' }
    expect(await find({ auths, credHelpers: none, credsStore: 'all' })).toEqual(credentials('file'))
    expect(await find({ auths: {}, credsStore: 'nobody' })).toBeUndefined()
  })

  it('that knows nobody goes on to the next file', async () => {
    helper('nobody', HELPERS.knowsNobody)
    write({ credsStore: 'nobody', auths: { 'registry.example.com': {} } }, join(folder, 'home/.docker/config.json'))
    write({ auths: { 'registry.example.com': user('podman') } }, join(folder, 'run/containers/auth.json'))
    const request = { registry: REGISTRY, service: undefined, scopes: [] }
    expect(await dockerCredentials()(request)).toEqual(credentials('podman'))
    expect(asked('nobody')).toEqual(['get registry.example.com'])
  })

  it('asks for Docker Hub by the name that it has there', async () => {
    helper('all', HELPERS.answers({ Username: '<token>', Secret: SECRET }))
    expect(await find({ credHelpers: { 'docker.io': 'all' } }, HUB)).toEqual({ identityToken: SECRET })
    expect(asked('all')).toEqual(['get https://index.docker.io/v1/'])
  })

  it.each(['a;touch x', '../all', '/bin/sh', 'a b', '$(id)', 'a|b', 'a\nb', 'a\0b', '`id`', 'a&b', '%PATH%'])(
    'refuses %j as its name',
    async (name) => {
      const error = await rejection(find({ credsStore: name }), ValidationError, /Cannot use the credential helper/)
      expect(error.input).toBe(name)
      expect(existsSync('x')).toBe(false)
    },
  )

  it.each(['absent', 'text'])('whose program does not start (%s) leaves it to the entries', async (name) => {
    write('no program', join(folder, 'docker-credential-text'))
    const auths = { 'registry.example.com': user('entry') }
    expect(await find({ auths, credsStore: name })).toEqual(credentials('entry'))
    expect(await find({ auths, credHelpers: { 'registry.example.com': name } })).toEqual(credentials('entry'))
    write({ auths: { 'registry.example.com': {} }, credsStore: name }, join(folder, 'home/.docker/config.json'))
    const asking = () => dockerCredentials()({ registry: REGISTRY, service: undefined, scopes: [] })
    await rejection(asking(), RegistryError, new RegExp(`docker-credential-${name}, which ".*config\\.json" names`))
    write({ auths }, join(folder, 'run/containers/auth.json'))
    expect(await asking()).toEqual(credentials('entry'))
  })

  it('that fails is an error, whatever the entries have', async () => {
    helper('bad', 'process.exitCode = 1')
    const finding = find({ credsStore: 'bad', auths: { 'registry.example.com': user('entry') } })
    await rejection(finding, RegistryError, /failed \(1\)/)
  })

  it('that is not there is an error', async () => {
    const message = /docker-credential-absent, which ".*config\.json" names, is not on the PATH; install it/
    await rejection(find({ credsStore: 'absent' }), RegistryError, message)
    write('no program', join(folder, 'docker-credential-text'))
    await rejection(find({ credsStore: 'text' }), RegistryError, /cannot be started \(EACCES\)/)
  })

  it.each([
    [
      'fails',
      `console.log('${SECRET}'); console.error('${SECRET}'); process.exitCode = 1`,
      /failed \(1\); try it by hand/,
    ],
    [
      'is ended',
      `console.log('${SECRET}'); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 9)`,
      /failed \(SIGTERM\)/,
    ],
    ['writes 1 MB', `process.stdout.write('${SECRET}'.repeat(111_112))`, /wrote more than 65536 bytes/],
    [
      'writes 1 MB and hangs',
      `process.stdout.write('${SECRET}'.repeat(111_112)); setInterval(() => {}, 9)`,
      /wrote more/,
    ],
    ['answers no JSON', `console.log('${SECRET}')`, /did not answer with \{ Username, Secret \}/],
    ['answers half', `console.log('{"Username":"${SECRET}"}')`, /did not answer with/],
    ['answers no token', `console.log('{"Username":"<token>","Other":"${SECRET}"}')`, /did not answer with/],
    ['answers a name with a colon', `console.log('{"Username":"a:b","Secret":"${SECRET}"}')`, /did not answer with/],
  ])('that %s is an error that tells nothing of what it wrote', async (_, body, message) => {
    helper('bad', body)
    const error = await rejection(find({ credsStore: 'bad', auths: {} }), RegistryError, message)
    expect(error).not.toBeInstanceOf(ValidationError)
    expect(error.message).toMatch(
      /^Cannot get credentials for "registry\.example\.com": the helper docker-credential-bad,/,
    )
    expectSilence(error)
  })

  it('that hangs is killed', async () => {
    const path = helper('slow', `fs.writeFileSync(__filename + '.pid', String(process.pid)); setInterval(() => {}, 9)`)
    const error = await rejection(
      find({ credsStore: 'slow' }, REGISTRY, [], 2000),
      RegistryError,
      /did not answer within 2000 ms; try it by hand .*, or allow more time with \{ timeout \}/,
    )
    expectSilence(error)
    const id = Number(readFileSync(`${path}.pid`, 'utf8'))
    await vi.waitFor(() => expect(() => process.kill(id, 0)).toThrow('ESRCH'))
  })

  it('does not wait for what a helper has left behind', async () => {
    // The program in the background holds the output open.
    const path = join(folder, 'docker-credential-shell')
    writeFileSync(path, '#!/bin/sh\nsleep 5\n', { mode: 0o755 })
    const start = performance.now()
    await rejection(find({ credsStore: 'shell' }, REGISTRY, [], 300), RegistryError, /within 300 ms/)
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('that does not read what it is asked may answer all the same', async () => {
    const path = join(folder, 'docker-credential-deaf')
    writeFileSync(path, `#!/bin/sh\nexec <&-\necho '{"Username":"bob","Secret":"${SECRET}"}'\n`, { mode: 0o755 })
    expect(await find({ credsStore: 'deaf' })).toEqual(credentials('bob'))
  })
})

const RUNTIMES = [
  ['Node', [process.execPath]],
  ['Deno', ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock']],
  ['Bun', ['node_modules/.bin/bun', 'run']],
] as const

describe('dockerCredentials() of the built package', () => {
  it.each(RUNTIMES)('reads files and asks helpers in %s', async (_, [command, ...runtimeArguments]) => {
    writeHelper(folder, 'own', HELPERS.answers({ Username: 'own', Secret: SECRET }))
    write({ auths: { 'file.test': user('file') }, credHelpers: { 'helper.test': 'own', 'bad.test': 'absent' } })
    const registries = ['https://file.test/', 'https://helper.test/', 'https://none.test/', 'https://bad.test/']
    const parameters = [...runtimeArguments, 'test/support/credentials-program.js', file, ...registries]
    const { stdout } = await promisify(execFile)(command, parameters)
    expect(JSON.parse(stdout)).toEqual([credentials('file'), credentials('own'), null, 'RegistryError'])
  })
})
