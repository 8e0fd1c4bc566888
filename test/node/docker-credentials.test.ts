import { execFile } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { ValidationError } from '../../src/errors.ts'
import { dockerCredentials } from '../../src/node/index.ts'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import {
  base64,
  credentials,
  expectSilence,
  file,
  find,
  folder,
  HUB,
  REGISTRY,
  SECRET,
  useConfigFolder,
  user,
  write,
} from '../support/docker-config.ts'
import { rejection } from '../support/errors.ts'

useConfigFolder()

const RUNTIMES = [
  ['Node', [process.execPath]],
  ['Deno', ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock']],
  ['Bun', ['node_modules/.bin/bun', 'run']],
] as const

describe('dockerCredentials()', () => {
  it('reads the files of Docker and podman, one after the other', async () => {
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

  it('throws and shows no secret when DOCKER_AUTH_CONFIG is not JSON', async () => {
    vi.stubEnv('DOCKER_AUTH_CONFIG', `{"auths":{"a.test":{"auth":"${SECRET}"`)
    const asking = dockerCredentials()({ registry: REGISTRY, service: undefined, scopes: [] })
    const message = /from the variable DOCKER_AUTH_CONFIG: it is not a JSON object; correct it, or unset it$/
    expectSilence(await rejection(asking, ValidationError, message))
  })

  it('reads no other file when the caller gives one', async () => {
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
  ])('throws and shows no secret when the file is %s', async (_, text, message) => {
    const error = await rejection(find(text), ValidationError, message)
    expect(error.message).toContain(file)
    expectSilence(error)
  })

  it('throws when it cannot read the file', async () => {
    const request = { registry: REGISTRY, service: undefined, scopes: [] }
    await rejection(dockerCredentials({ file: folder })(request), ValidationError, /it is not a regular file/)
    const broken = '/proc/self/mem'
    if (!existsSync(broken)) return
    await rejection(dockerCredentials({ file: broken })(request), ValidationError, /it cannot be opened \(EIO\)/)
  })

  it.each([0, -1, Number.NaN, 2 ** 31])('throws when timeout is %s', (timeout) => {
    expect(() => dockerCredentials({ timeout })).toThrow(RangeError)
  })
})

describe('dockerCredentials() with auths', () => {
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
  ])('reads an entry with %s', async (_, entry, expected) => {
    expect(await find({ auths: { 'registry.example.com': entry } })).toEqual(expected)
  })

  it.each([
    ['a text', SECRET],
    ['no user', { auth: base64(SECRET) }],
    ['no UTF-8', { auth: base64(Buffer.from([98, 58, 0xff, 0xfe])) }],
    ['a token with a line break', { registrytoken: `${SECRET}\n` }],
  ])('throws and shows no secret when an entry is %s', async (_, entry) => {
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
  ])('uses the entry %s for %s', async (key, registry) => {
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
  ])('does not use the entry %s for %s (CVE-2024-35192)', async (key, registry) => {
    expect(await find({ auths: { [key]: user('bob') }, credHelpers: { [key]: 'absent' } }, registry)).toBeUndefined()
  })

  it('prefers the key that Docker writes today', async () => {
    const auths = { 'https://registry.example.com/v1/': user('old'), 'registry.example.com': user('new') }
    expect(await find({ auths })).toEqual(credentials('new'))
    const ofHub = { 'docker.io': user('podman'), 'https://index.docker.io/v1/': user('docker') }
    expect(await find({ auths: ofHub }, HUB)).toEqual(credentials('docker'))
    expect(await find({ auths: { ...auths, 'registry.example.com': {} } })).toEqual(credentials('old'))
  })

  it('prefers the entry of a repository, and the longest path', async () => {
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
