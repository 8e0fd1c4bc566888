import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { RegistryError, ValidationError } from '../../src/errors.ts'
import { dockerCredentials } from '../../src/node/index.ts'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import {
  credentials,
  expectSilence,
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

describe('dockerCredentials() with a helper', () => {
  const helper = (name: string, body: string) => writeHelper(folder, name, body)

  const asked = (name: string) => {
    const path = join(folder, `docker-credential-${name}.asked`)
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  }

  it('asks the helper of the host, then the helper of all hosts, then reads auths', async () => {
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

  it('reads the next file when the helper has no credentials', async () => {
    helper('nobody', HELPERS.knowsNobody)
    write({ credsStore: 'nobody', auths: { 'registry.example.com': {} } }, join(folder, 'home/.docker/config.json'))
    write({ auths: { 'registry.example.com': user('podman') } }, join(folder, 'run/containers/auth.json'))
    const request = { registry: REGISTRY, service: undefined, scopes: [] }
    expect(await dockerCredentials()(request)).toEqual(credentials('podman'))
    expect(asked('nobody')).toEqual(['get registry.example.com'])
  })

  it('asks for Docker Hub by the name that Docker uses', async () => {
    helper('all', HELPERS.answers({ Username: '<token>', Secret: SECRET }))
    expect(await find({ credHelpers: { 'docker.io': 'all' } }, HUB)).toEqual({ identityToken: SECRET })
    expect(asked('all')).toEqual(['get https://index.docker.io/v1/'])
  })

  it.each(['a;touch x', '../all', '/bin/sh', 'a b', '$(id)', 'a|b', 'a\nb', 'a\0b', '`id`', 'a&b', '%PATH%'])(
    'throws when the name of the helper is %j',
    async (name) => {
      const error = await rejection(find({ credsStore: name }), ValidationError, /Cannot use the credential helper/)
      expect(error.input).toBe(name)
      expect(existsSync('x')).toBe(false)
    },
  )

  it.each(['absent', 'text'])('reads auths when the helper does not start (%s)', async (name) => {
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

  it('throws when the helper fails, whatever auths has', async () => {
    helper('bad', 'process.exitCode = 1')
    const finding = find({ credsStore: 'bad', auths: { 'registry.example.com': user('entry') } })
    await rejection(finding, RegistryError, /failed \(1\)/)
  })

  it('throws when the helper is missing or not executable', async () => {
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
  ])('throws and shows no output of the helper when it %s', async (_, body, message) => {
    helper('bad', body)
    const error = await rejection(find({ credsStore: 'bad', auths: {} }), RegistryError, message)
    expect(error).not.toBeInstanceOf(ValidationError)
    expect(error.message).toMatch(
      /^Cannot get credentials for "registry\.example\.com": the helper docker-credential-bad,/,
    )
    expectSilence(error)
  })

  it('kills the helper when it hangs', async () => {
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

  it('does not wait for a background process of the helper', async () => {
    // The program in the background holds the output open.
    const path = join(folder, 'docker-credential-shell')
    writeFileSync(path, '#!/bin/sh\nsleep 5\n', { mode: 0o755 })
    const start = performance.now()
    await rejection(find({ credsStore: 'shell' }, REGISTRY, [], 300), RegistryError, /within 300 ms/)
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('accepts the answer when the helper does not read its input', async () => {
    const path = join(folder, 'docker-credential-deaf')
    writeFileSync(path, `#!/bin/sh\nexec <&-\necho '{"Username":"bob","Secret":"${SECRET}"}'\n`, { mode: 0o755 })
    expect(await find({ credsStore: 'deaf' })).toEqual(credentials('bob'))
  })
})
