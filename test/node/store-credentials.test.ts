import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { RegistryError, ResponseError, ValidationError } from '../../src/errors.ts'
import {
  type Credentials,
  dockerCredentials,
  type StoreDockerCredentialsOptions,
  storeDockerCredentials,
} from '../../src/node/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import {
  base64,
  credentials,
  expectSilence,
  file,
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
const HOST = 'registry.example.com'
const ANN = credentials('ann')
const fileMode = (path: string) => statSync(path).mode & 0o777
const read = (path = file) => JSON.parse(readFileSync(path, 'utf8'))
const request = { registry: REGISTRY, service: undefined, scopes: [] }

/** Stores credentials that the registry takes. */
function store(given: Credentials = ANN, options: StoreDockerCredentialsOptions = {}, registry: string | URL = HOST) {
  const { fetch } = createTestRegistry('password' in given ? { credentials: given } : {})
  return storeDockerCredentials(registry, given, { file, ...options, connection: { fetch, retry: 0 } })
}

describe('storeDockerCredentials()', () => {
  it('writes a new file as docker login does, which only its owner may read', async () => {
    const stored = await store(ANN, { file: undefined })
    const path = join(folder, 'home/.docker/config.json')
    expect(stored).toEqual({ server: HOST, file: path, helper: undefined, isVerified: true, hiddenBy: undefined })
    expect(readFileSync(path, 'utf8')).toBe(
      `{\n\t"auths": {\n\t\t"${HOST}": {\n\t\t\t"auth": "${base64(`ann:${SECRET}`)}"\n\t\t}\n\t}\n}`,
    )
    expect([fileMode(path), fileMode(join(folder, 'home/.docker'))]).toEqual([0o600, 0o700])
    expect(readdirSync(join(folder, 'home/.docker'))).toEqual(['config.json'])
    expect(await dockerCredentials()(request)).toEqual(ANN)
  })

  it('writes the file that the environment names', async () => {
    vi.stubEnv('DOCKER_CONFIG', join(folder, 'docker'))
    expect((await store(ANN, { file: undefined })).file).toBe(join(folder, 'docker/config.json'))
    vi.stubEnv('REGISTRY_AUTH_FILE', join(folder, 'podman/auth.json'))
    expect((await store(ANN, { file: undefined })).file).toBe(join(folder, 'podman/auth.json'))
    vi.stubEnv('REGISTRY_AUTH_FILE', '')
    expect((await store(ANN, { file: undefined })).file).toBe(join(folder, 'docker/config.json'))
    expect((await store(ANN, { file: pathToFileURL(file) })).file).toBe(file)
  })

  it.each([
    ['docker.io', 'https://index.docker.io/v1/', HUB],
    ['https://registry-1.docker.io', 'https://index.docker.io/v1/', HUB],
    ['localhost:5000', 'localhost:5000', 'http://localhost:5000/'],
    ['http://Registry.Example.com:80/', HOST, 'http://registry.example.com/'],
    ['[::1]:5000', '[::1]:5000', 'http://[::1]:5000/'],
    [new URL('https://registry.example.com:8443'), 'registry.example.com:8443', 'https://registry.example.com:8443/'],
  ])('stores the credentials of %s under %s', async (registry, server, address) => {
    expect((await store(ANN, {}, registry)).server).toBe(server)
    expect(read()).toEqual({ auths: { [server]: user('ann') } })
    expect(await dockerCredentials({ file })({ ...request, registry: address })).toEqual(ANN)
  })

  it('keeps all else in the file, and its order', async () => {
    const before = `{"z": 9007199254740993, "HttpHeaders": {"X": "1"}, "auths": {"z.test": {"auth": "${base64('z:z')}",
      "email": "z@z.test"}, "${HOST}": {"auth": "b2xkOm9sZA=="}, "a.test": {}}, "psFormat": "é", "__proto__": {"a": 1.0}}`
    write(before)
    await store()
    const after = readFileSync(file, 'utf8')
    expect(after.replaceAll(/\s/g, '')).toBe(before.replaceAll(/\s/g, '').replace('b2xkOm9sZA==', user('ann').auth))
    await store(ANN, {}, 'new.test')
    expect(Object.keys(read().auths)).toEqual(['z.test', HOST, 'a.test', 'new.test'])
  })

  it.each(['', '{}', '{"auths":null}', '\n'])('takes a file that has no entries: %j', async (text) => {
    write(text)
    await store()
    expect(await dockerCredentials({ file })(request)).toEqual(ANN)
  })

  it('keeps the mode of the file, and the link to it', async () => {
    const real = write({ auths: {} }, join(folder, 'elsewhere/real.json'))
    chmodSync(real, 0o640)
    symlinkSync('elsewhere/real.json', file)
    await store()
    expect([fileMode(real), read(real)]).toEqual([0o640, { auths: { [HOST]: user('ann') } }])
    const dangling = join(folder, 'dangling.json')
    symlinkSync(join(folder, 'later/config.json'), dangling)
    await store(ANN, { file: dangling })
    expect(read(join(folder, 'later/config.json'))).toEqual({ auths: { [HOST]: user('ann') } })
    expect([readFileSync(file, 'utf8'), readdirSync(join(folder, 'elsewhere'))]).toEqual([
      readFileSync(real, 'utf8'),
      ['real.json'],
    ])
  })

  it.each<[string, Credentials]>([
    ['a password with a colon', { username: 'ann', password: 'a:b:c' }],
    ['a password that is empty', { username: 'ann', password: '' }],
    ['letters of all languages', { username: 'bøb', password: ' пароль 🔑"\\\n' }],
    ['an identity token', { identityToken: 'a.b.c' }],
    ['an identity token of a user', { identityToken: 'a.b.c', username: '00000000-0000-0000-0000-000000000000' }],
    ['a bearer token', { token: 'a.b.c' }],
  ])('stores %s, which is found again', async (_, given) => {
    await store(given)
    expect(await dockerCredentials({ file })(request)).toEqual(given)
    const helper = writeHelper(folder, 'keeping', HELPERS.keeps)
    write({ credsStore: 'keeping' })
    const isToken = 'token' in given
    expect((await store(given)).helper).toBe(isToken ? undefined : 'keeping')
    expect(existsSync(`${helper}.kept`)).toBe(!isToken)
    // A helper has no place for the name of whose identity token it is.
    const found = 'identityToken' in given ? { identityToken: given.identityToken } : given
    expect(await dockerCredentials({ file })(request)).toEqual(found)
  })

  it.each<[Credentials, RegExp]>([
    [{ username: '', password: SECRET }, /Docker's format: the username is empty/],
    [{ username: 'ann', password: `${SECRET}\0` }, /Docker's format: they have a null character/],
    [{ username: 'a:b', password: SECRET }, /^Cannot use the credentials/],
  ])('throws for credentials that the format has no place for', async (given, message) => {
    write('{}')
    expectSilence(await rejection(store(given), ValidationError, message))
    expect(readFileSync(file, 'utf8')).toBe('{}')
  })

  it('stores nothing if the registry or its token server does not take the credentials', async () => {
    write({ credsStore: 'keeping' })
    const helper = writeHelper(folder, 'keeping', HELPERS.keeps)
    const { fetch } = createTestRegistry({ credentials: { username: 'ann', password: 'right' } })
    const storing = storeDockerCredentials(HOST, ANN, { file, connection: { fetch } })
    const error = await rejection(storing, ResponseError, /^Cannot get a token of registry\.example\.com: /)
    expect([error.code, error.status]).toEqual(['CREDENTIALS_REFUSED', 401])
    expectSilence(error)
    expect(read()).toEqual({ credsStore: 'keeping' })
    const basic = async () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } })
    const refused = storeDockerCredentials(HOST, ANN, { file, connection: { fetch: basic } })
    expect((await rejection(refused, ResponseError)).code).toBe('CREDENTIALS_REFUSED')
    expect([read(), existsSync(`${helper}.asked`)]).toEqual([{ credsStore: 'keeping' }, false])
  })

  it('tells whether the registry asked for the credentials', async () => {
    const { fetch } = createTestRegistry()
    expect((await storeDockerCredentials(HOST, ANN, { file, connection: { fetch } })).isVerified).toBe(false)
  })

  it('stops when the signal aborts', async () => {
    const reason = new Error('no longer wanted')
    const storing = store(ANN, { signal: AbortSignal.abort(reason) })
    expect(await storing.catch((error: unknown) => error)).toBe(reason)
    expect(existsSync(file)).toBe(false)
  })

  it('names what is read before the file', async () => {
    vi.stubEnv('DOCKER_AUTH_CONFIG', JSON.stringify({ auths: { [HOST]: user('other'), 'b.test': {} } }))
    const place = 'the variable DOCKER_AUTH_CONFIG'
    expect((await store(ANN, { file: undefined })).hiddenBy).toBe(place)
    expect((await store(ANN, { file: undefined }, 'b.test')).hiddenBy).toBeUndefined()
    expect((await store(ANN, { file })).hiddenBy).toBeUndefined()
  })

  it('loses no entry if many store at once', async () => {
    const hosts = Array.from({ length: 20 }, (_, index) => `host-${index}.test`)
    await Promise.all(hosts.map((host) => store(ANN, {}, host)))
    expect(Object.keys(read().auths).sort()).toEqual(hosts.sort())
    expect(readdirSync(folder)).toEqual(['config.json'])
  })

  it.each([
    ['is not JSON', `{"auths":{"a.test":{"auth":"${SECRET}"`, /it is not a JSON object/],
    ['is not an object', '[]', /it is not a JSON object/],
    ['has auths that are a list', '{"auths":[]}', /its "auths" is not an object/],
    ['is not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), /it is not a JSON object/],
    ['has more than 1 MiB', `{"a":"${'a'.repeat(2 ** 20)}"}`, /it has more than 1048576 bytes/],
  ])('leaves a file alone that %s', async (_, content, message) => {
    writeFileSync(file, content)
    const { fetch, requests } = createTestRegistry({ credentials: ANN })
    const storing = storeDockerCredentials(HOST, ANN, { file, connection: { fetch } })
    const error = await rejection(storing, ValidationError, message)
    expect(error.code).toBe('CREDENTIALS_INVALID')
    expectSilence(error)
    expect(readFileSync(file).equals(Buffer.from(content))).toBe(true)
    expect(requests).toEqual([])
  })

  it('throws if the file cannot be written', async () => {
    write('a file', join(folder, 'no-folder'))
    const error = await rejection(store(ANN, { file: join(folder, 'no-folder/config.json') }), RegistryError)
    expect(error.code).toBe('STORAGE_FAILED')
    expectSilence(error)
  })

  it.each([undefined, null, {}, 5])('throws for %j as the registry', async (registry) => {
    await rejection(storeDockerCredentials(registry as never, ANN), TypeError, /pass its URL or its host$/)
  })
})

describe('storeDockerCredentials() with a helper', () => {
  it.each([
    ['credHelpers', { credHelpers: { [HOST]: 'keeping' }, credsStore: 'absent' }],
    ['credsStore', { credsStore: 'keeping', auths: { [HOST]: user('old') } }],
  ])('gives it the credentials, and removes those in the file (%s)', async (_, config) => {
    const helper = writeHelper(folder, 'keeping', HELPERS.keeps)
    write(config)
    expect(await store()).toMatchObject({ file, helper: 'keeping' })
    expect(JSON.parse(readFileSync(`${helper}.kept`, 'utf8'))).toEqual({
      ServerURL: HOST,
      Username: 'ann',
      Secret: SECRET,
    })
    expect(read()).toEqual({ ...config, auths: { [HOST]: {} } })
    expect(await dockerCredentials({ file })(request)).toEqual(ANN)
  })

  it('gives it an identity token under the name <token>', async () => {
    const helper = writeHelper(folder, 'keeping', HELPERS.keeps)
    write({ credsStore: 'keeping' })
    await store({ identityToken: SECRET }, {}, 'docker.io')
    expect(JSON.parse(readFileSync(`${helper}.kept`, 'utf8'))).toEqual({
      ServerURL: 'https://index.docker.io/v1/',
      Username: '<token>',
      Secret: SECRET,
    })
  })

  it.each([
    ['is missing', undefined, /docker-credential-bad, which ".*config\.json" names, is not on the PATH; install it/],
    [
      'fails',
      `console.log(server); console.error(server); process.exitCode = 1`,
      /failed \(1\); try it by hand \(docker-/,
    ],
    ['hangs', 'setInterval(() => {}, 9)', /did not answer within 900 ms/],
  ])('throws and leaves the file alone if it %s', async (_, body, message) => {
    if (body !== undefined) writeHelper(folder, 'bad', body)
    write({ credsStore: 'bad' })
    const error = await rejection(store(ANN, { timeout: 900 }), RegistryError, message)
    expect(error.message).toMatch(/^Cannot store credentials for "registry\.example\.com": the helper docker-/)
    expect(error.code).toBe('HELPER_FAILED')
    expectSilence(error)
    expect(read()).toEqual({ credsStore: 'bad' })
  })
})

describe('storeDockerCredentials() of the built package', () => {
  it.each(RUNTIMES)('stores in a file and with a helper in %s', async (_, [command, ...runtimeArguments]) => {
    const registry = await serveTestRegistry({ credentials: ANN })
    writeHelper(folder, 'keeping', HELPERS.keeps)
    const run = async () => {
      const program = ['test/support/store-program.js', file, registry.url.slice(0, -1), ANN.username, ANN.password]
      return JSON.parse((await promisify(execFile)(command, [...runtimeArguments, ...program])).stdout)
    }
    const done = { isVerified: true, found: ANN, wasStored: true, after: null }
    expect(await run()).toEqual({ helper: null, ...done })
    expect([fileMode(file), read()]).toEqual([0o600, { auths: {} }])
    write({ credsStore: 'keeping' })
    expect(await run()).toEqual({ helper: 'keeping', ...done })
    await registry.close()
  })
})
