import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { RegistryError, ValidationError } from '../../src/errors.ts'
import { eraseDockerCredentials } from '../../src/node/index.ts'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import { expectSilence, file, folder, SECRET, useConfigFolder, user, write } from '../support/docker-config.ts'
import { rejection } from '../support/errors.ts'

useConfigFolder()

const HOST = 'registry.example.com'
const read = (path = file) => JSON.parse(readFileSync(path, 'utf8'))

describe('eraseDockerCredentials()', () => {
  it('erases all entries of the registry, and no other', async () => {
    const others = { 'a.test': user('a'), [`${HOST}:8443`]: user('b'), [`${HOST}/team/app`]: user('c') }
    const own = { [HOST]: user('d'), [`https://${HOST}/v1/`]: user('e'), [`${HOST}:443`]: {} }
    write({ credHelpers: {}, auths: { ...own, ...others }, psFormat: 'x' })
    const erased = await eraseDockerCredentials(`https://${HOST}`, { file })
    expect(erased).toEqual({ server: HOST, file, wasStored: true, remaining: [] })
    expect(read()).toEqual({ credHelpers: {}, auths: others, psFormat: 'x' })
  })

  it.each(['docker.io', 'https://index.docker.io/v1/', 'index.docker.io'])('erases %s as Docker Hub', async (key) => {
    write({ auths: { [key]: user('hub') } })
    const erased = await eraseDockerCredentials('docker.io', { file })
    expect(erased).toMatchObject({ server: 'https://index.docker.io/v1/', wasStored: true })
    expect(read()).toEqual({ auths: {} })
  })

  it('says so if there is nothing, and leaves the file as it is', async () => {
    const path = join(folder, 'home/.docker/config.json')
    const nothing = { server: HOST, file: path, wasStored: false, remaining: [] }
    expect(await eraseDockerCredentials(HOST)).toEqual(nothing)
    expect(existsSync(join(folder, 'home'))).toBe(false)
    write(' {"auths":{"a.test":{}}}', path)
    expect(await eraseDockerCredentials(HOST)).toEqual(nothing)
    expect(readFileSync(path, 'utf8')).toBe(' {"auths":{"a.test":{}}}')
    // A folder that nobody may write to, such as a secret of Kubernetes, is not written to.
    const before = statSync(dirname(path)).mtimeMs
    await eraseDockerCredentials(HOST)
    expect(statSync(dirname(path)).mtimeMs).toBe(before)
  })

  it('names the places that still have credentials', async () => {
    const auths = { [HOST]: user('ann') }
    write({ auths }, join(folder, 'home/.docker/config.json'))
    vi.stubEnv('DOCKER_AUTH_CONFIG', JSON.stringify({ auths }))
    const podman = [join(folder, 'run/containers/auth.json'), join(folder, 'home/.config/containers/auth.json')]
    write({ auths }, podman[0])
    write({ credsStore: 'knowing' }, podman[1])
    writeHelper(folder, 'knowing', HELPERS.answers({ Username: 'ann', Secret: SECRET }))
    const { wasStored, remaining } = await eraseDockerCredentials(HOST)
    expect([wasStored, remaining]).toEqual([true, ['the variable DOCKER_AUTH_CONFIG', ...podman]])
    write('no JSON', podman[1])
    write({ auths: {} }, podman[0])
    vi.stubEnv('DOCKER_AUTH_CONFIG', undefined)
    expect((await eraseDockerCredentials(HOST)).remaining).toEqual([podman[1]])
    expect((await eraseDockerCredentials(HOST, { file: write({ auths }) })).remaining).toEqual([])
  })

  it('erases from the helper and from the file', async () => {
    const helper = writeHelper(folder, 'keeping', HELPERS.keeps)
    write(JSON.stringify({ ServerURL: HOST, Username: 'ann', Secret: SECRET }), `${helper}.kept`)
    write({ credsStore: 'keeping', auths: { [HOST]: {} } })
    expect((await eraseDockerCredentials(HOST, { file })).wasStored).toBe(true)
    expect([existsSync(`${helper}.kept`), read()]).toEqual([false, { credsStore: 'keeping', auths: {} }])
    expect((await eraseDockerCredentials(HOST, { file })).wasStored).toBe(false)
  })

  it('erases the entry in the file even if the helper fails', async () => {
    writeHelper(folder, 'bad', `console.log('${SECRET}'); process.exitCode = 1`)
    write({ credsStore: 'bad', auths: { [HOST]: user('ann') } })
    const message = /^Cannot erase the credentials for "registry\.example\.com": the helper .* failed \(1\); try it/
    expectSilence(await rejection(eraseDockerCredentials(HOST, { file }), RegistryError, message))
    expect(read().auths).toEqual({})
  })

  it('does not need a helper whose program is missing if the file has the entry', async () => {
    write({ credsStore: 'absent', auths: { [HOST]: user('ann') } })
    expect((await eraseDockerCredentials(HOST, { file })).wasStored).toBe(true)
    await rejection(eraseDockerCredentials(HOST, { file }), RegistryError, /is not on the PATH; install it/)
  })

  it.each([`{"auths":{"a.test":{"auth":"${SECRET}"`, '{"auths":[]}'])(
    'leaves a broken file alone: %j',
    async (text) => {
      write(text)
      expectSilence(
        await rejection(eraseDockerCredentials(HOST, { file }), ValidationError, /^Cannot read credentials/),
      )
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )

  it.each([0, -1, Number.NaN, 2 ** 31])('throws for %d as timeout', async (timeout) => {
    await rejection(eraseDockerCredentials(HOST, { timeout }), RangeError, /^Cannot use .* as timeout/)
  })
})
