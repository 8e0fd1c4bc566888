import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dockerCredentials } from '../../src/node/index.ts'
import { HELPERS, writeHelper } from '../support/credential-helper.ts'
import { bringPeer } from '../support/peers.ts'

// What other tools write when somebody signs in is what we read.

const USERNAME = 'bøb'
const PASSWORD = 'a:b "c" \\ $d é'
const folder = mkdtempSync(join(tmpdir(), 'login-'))
let server: Server
let host: string

beforeAll(async () => {
  const expected = `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64')}`
  server = createServer(({ headers }, response) => {
    response.statusCode = headers.authorization === expected ? 200 : 401
    response.setHeader('WWW-Authenticate', 'Basic realm="peers"')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const find = (file: string, ...scopes: string[]) =>
  dockerCredentials({ file })({ registry: `http://${host}/`, service: undefined, scopes })

describe('dockerCredentials()', () => {
  it('reads what skopeo login writes, for a host and for a repository', async () => {
    const skopeo = bringPeer('skopeo')
    const login = (authFile: string, place: string) =>
      skopeo('login', '--authfile', authFile, '--tls-verify=false', '-u', USERNAME, '-p', PASSWORD, place)
    const ofHost = join(folder, 'host.json')
    await login(ofHost, host)
    expect(await find(ofHost)).toEqual({ username: USERNAME, password: PASSWORD })
    const ofRepository = join(folder, 'repository.json')
    await login(ofRepository, `${host}/team/app`)
    expect(Object.keys(JSON.parse(readFileSync(ofRepository, 'utf8')).auths)).toEqual([`${host}/team/app`])
    expect(await find(ofRepository)).toBeUndefined()
    expect(await find(ofRepository, 'repository:team/app/tool:pull')).toEqual({
      username: USERNAME,
      password: PASSWORD,
    })
  })

  it('reads what docker login writes', async () => {
    const docker = bringPeer('docker', 'docker.io')
    const config = join(folder, 'docker')
    mkdirSync(config)
    await docker('--config', config, 'login', '-u', USERNAME, '-p', PASSWORD, host)
    expect(await find(join(config, 'config.json'))).toEqual({ username: USERNAME, password: PASSWORD })
  })

  it('gets what docker login has given to a helper', async () => {
    const docker = bringPeer('docker', 'docker.io')
    const config = join(folder, 'docker-with-helper')
    mkdirSync(config)
    writeFileSync(join(config, 'config.json'), JSON.stringify({ credsStore: 'keeping' }))
    writeHelper(folder, 'keeping', HELPERS.keeps)
    vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter))
    await docker('--config', config, 'login', '-u', USERNAME, '-p', PASSWORD, host)
    expect(JSON.parse(readFileSync(join(config, 'config.json'), 'utf8')).auths).toEqual({ [host]: {} })
    expect(await find(join(config, 'config.json'))).toEqual({ username: USERNAME, password: PASSWORD })
    vi.unstubAllEnvs()
  })
})
