import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import {
  dockerCredentials,
  eraseDockerCredentials,
  getManifest,
  type Manifest,
  openRegistry,
  pushDockerTar,
  ResponseError,
  storeDockerCredentials,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'
import { KINDS } from '../support/kinds.ts'
import { bringProgram } from '../support/peers.ts'
import { serveTokenServer, type TokenServer } from '../support/token-server.ts'

// Other tools sign in with what we stored, and see what we erased. Each test has a home of its own.

const OWNER = { ...HTPASSWD_USER, identityToken: 'identity-of-ci' }
let folder: string
let config: string
let tokens: TokenServer
let registries: Readonly<Record<'basic' | 'tokens', Distribution>>
let digest: string

beforeAll(async () => {
  tokens = await serveTokenServer({ users: { [OWNER.username]: { ...OWNER, allows: () => true } } })
  const { url: realm, service, issuer, rootCertBundle } = tokens
  registries = {
    basic: await startDistribution({ auth: { htpasswd: HTPASSWD_USER } }),
    tokens: await startDistribution({ auth: { token: { realm, service, issuer, rootCertBundle } } }),
  }
  for (const { url } of Object.values(registries)) digest = await putDockerImage(url)
})
afterAll(async () => {
  await Promise.all(Object.values(registries).map((registry) => registry.stop()))
  await tokens.close()
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stored-'))
  config = join(folder, 'settings/config.json')
  for (const name of ['DOCKER_AUTH_CONFIG', 'REGISTRY_AUTH_FILE']) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', join(folder, 'home'))
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'home/.config'))
  vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'run'))
  vi.stubEnv('DOCKER_CONFIG', join(folder, 'settings'))
  vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter))
  for (const name of ['home', 'run']) mkdirSync(join(folder, name))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const hostOf = ({ url }: Distribution) => new URL(url).host

/** Pushes an image with Docker's media types: `docker manifest` of Docker 20 knows no others. Returns its digest. */
async function putDockerImage(url: string): Promise<string> {
  const registry = openRegistry(url, { credentials: HTPASSWD_USER })
  await pushDockerTar(await createTestArchive(), registry, 'app', 'made')
  const { manifest } = await getManifest(registry, 'app', 'made')
  const { config, layers } = manifest as Manifest
  const docker = {
    ...{ schemaVersion: 2, mediaType: KINDS.docker.manifest, config: { ...config, mediaType: KINDS.docker.config } },
    layers: layers.map((layer) => ({ ...layer, mediaType: KINDS.docker.layer })),
  }
  const answer = await registry.send({
    ...{ act: 'put an image', method: 'PUT', url: 'v2/app/manifests/v1' },
    ...{ headers: { 'content-type': docker.mediaType }, body: new TextEncoder().encode(JSON.stringify(docker)) },
  })
  return answer.headers.get('docker-content-digest') ?? ''
}

/** Runs a program with the environment of the test, and returns what it says, also if it fails. */
async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args).catch((error) => error)
  return `${stdout}${stderr}`
}

function goProgram(name: 'crane' | 'regctl' | 'oras'): string {
  const { path, absence } = inject('goPrograms')[name]
  if (!path) throw new Error(absence)
  return path
}

const docker = (...args: readonly string[]) => run(bringProgram('docker', 'docker.io'), ...args)
const podman = (...args: readonly string[]) => run(bringProgram('podman'), ...args)

/** How each tool asks for the digest, or the manifest, of an image that needs a sign-in. */
const TOOLS: Readonly<Record<string, (host: string) => Promise<string>>> = {
  docker: (host) => docker('--debug', 'manifest', 'inspect', '--insecure', '--verbose', `${host}/app:v1`),
  podman: (host) => podman('search', '--tls-verify=false', '--list-tags', `${host}/app`),
  skopeo: (host) => run(bringProgram('skopeo'), 'inspect', '--tls-verify=false', `docker://${host}/app:v1`),
  crane: (host) => run(goProgram('crane'), 'digest', '--insecure', `${host}/app:v1`),
  regctl: (host) => run(goProgram('regctl'), '--host', `reg=${host},tls=disabled`, 'image', 'digest', `${host}/app:v1`),
  oras: (host) => run(goProgram('oras'), 'resolve', '--plain-http', `${host}/app:v1`),
}
/** Podman and skopeo know a helper of a host only, not one of all hosts. */
const helperSettings = (tool: string, host: string) =>
  tool === 'podman' || tool === 'skopeo' ? { credHelpers: { [host]: 'keeping' } } : { credsStore: 'keeping' }
const answered = (tool: string) => (tool === 'podman' ? /\bv1\b/ : new RegExp(digest))

describe.each(['basic', 'tokens'] as const)('storeDockerCredentials() at a real registry (%s)', (kind) => {
  // Crane asks no token server on this machine.
  const tools = Object.entries(TOOLS).filter(([tool]) => kind === 'basic' || tool !== 'crane')

  it.each(tools)('signs %s in, and eraseDockerCredentials() out', async (tool, ask) => {
    const { url } = registries[kind]
    const host = hostOf(registries[kind])
    expect(await ask(host)).not.toMatch(answered(tool))
    const stored = await storeDockerCredentials(url, HTPASSWD_USER)
    expect(stored).toEqual({ server: host, file: config, helper: undefined, isVerified: true, hiddenBy: undefined })
    expect(await ask(host)).toMatch(answered(tool))
    expect((await eraseDockerCredentials(host)).wasStored).toBe(true)
    expect(await ask(host)).not.toMatch(answered(tool))
  })

  it.each(tools)('signs %s in by a helper', async (tool, ask) => {
    const host = hostOf(registries[kind])
    const helper = writeHelper(folder, 'keeping', HELPERS.keeps)
    mkdirSync(join(folder, 'settings'))
    writeFileSync(config, JSON.stringify(helperSettings(tool, host)))
    expect((await storeDockerCredentials(registries[kind].url, HTPASSWD_USER)).helper).toBe('keeping')
    expect(readFileSync(config, 'utf8')).not.toContain('"auth"')
    expect(await ask(host)).toMatch(answered(tool))
    await eraseDockerCredentials(host)
    expect(await ask(host)).not.toMatch(answered(tool))
    expect(readFileSync(`${helper}.asked`, 'utf8')).toMatch(new RegExp(`^erase ${host}$`, 'm'))
  })

  it('refuses a wrong password, and writes nothing', async () => {
    const wrong = { ...HTPASSWD_USER, password: 'wrong' }
    const error = await rejection(storeDockerCredentials(registries[kind].url, wrong), ResponseError)
    expect([error.code, error.status]).toEqual(['CREDENTIALS_REFUSED', 401])
    expect(() => readFileSync(config)).toThrow('ENOENT')
  })
})

describe('storeDockerCredentials()', () => {
  it.each(['docker', 'regctl', 'oras'])('signs %s in with an identity token', async (tool) => {
    const host = hostOf(registries.tokens)
    const { identityToken } = OWNER
    expect((await storeDockerCredentials(registries.tokens.url, { identityToken })).isVerified).toBe(true)
    expect(await TOOLS[tool]?.(host)).toMatch(answered(tool))
    const wrong = storeDockerCredentials(registries.tokens.url, { identityToken: 'wrong' })
    expect((await rejection(wrong, ResponseError)).code).toBe('CREDENTIALS_REFUSED')
  })

  it('stores what docker logout removes', async () => {
    const host = hostOf(registries.basic)
    await storeDockerCredentials(registries.basic.url, HTPASSWD_USER)
    expect(await docker('logout', host)).toMatch(`Removing login credentials for ${host}`)
    expect(await dockerCredentials()({ registry: `http://${host}/`, service: undefined, scopes: [] })).toBeUndefined()
  })

  it('stores in the file of podman login, and podman logout removes it', async () => {
    const host = hostOf(registries.basic)
    const file = join(folder, 'run/containers/auth.json')
    vi.stubEnv('REGISTRY_AUTH_FILE', file)
    expect((await storeDockerCredentials(registries.basic.url, HTPASSWD_USER)).file).toBe(file)
    expect(await podman('login', '--get-login', host)).toBe(`${HTPASSWD_USER.username}\n`)
    expect(await podman('logout', host)).toMatch('Removed login credentials')
    expect(await podman('login', '--get-login', host)).toMatch('not logged in')
  })

  it('makes an entry of Docker Hub that podman and docker find', async () => {
    const fetch = async () => Response.json({})
    await storeDockerCredentials('docker.io', HTPASSWD_USER, { connection: { fetch } })
    expect(await podman('login', '--get-login', 'docker.io')).toBe(`${HTPASSWD_USER.username}\n`)
    expect(await docker('logout')).toMatch('Removing login credentials for https://index.docker.io/v1/')
  })
})

describe('eraseDockerCredentials()', () => {
  const login = ['login', '-u', HTPASSWD_USER.username, '-p', HTPASSWD_USER.password]
  it.each<[string, (host: string) => Promise<string>]>([
    ['docker login', (host) => docker(...login, host)],
    ['crane auth login', (host) => run(goProgram('crane'), 'auth', ...login, host)],
    ['oras login', (host) => run(goProgram('oras'), ...login, '--plain-http', host)],
    ['podman login', (host) => podman(...login, '--tls-verify=false', '--authfile', config, host)],
    ['skopeo login', (host) => run(bringProgram('skopeo'), ...login, '--tls-verify=false', '--authfile', config, host)],
  ])('erases what %s stores', async (_, signIn) => {
    const host = hostOf(registries.basic)
    await signIn(host)
    const find = () => dockerCredentials()({ registry: `http://${host}/`, service: undefined, scopes: [] })
    expect(await find()).toEqual(HTPASSWD_USER)
    expect(await eraseDockerCredentials(host)).toEqual({ server: host, file: config, wasStored: true, remaining: [] })
    expect(await find()).toBeUndefined()
  })

  it('names the file where podman login stores by default', async () => {
    const host = hostOf(registries.basic)
    // Otherwise podman stores in Docker's file, too.
    vi.stubEnv('DOCKER_CONFIG', undefined)
    await podman(...login, '--tls-verify=false', host)
    const { wasStored, remaining } = await eraseDockerCredentials(host)
    expect([wasStored, remaining]).toEqual([false, [join(folder, 'run/containers/auth.json')]])
  })
})
