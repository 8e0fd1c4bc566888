import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../support/command.ts'
import { createSecret, hasSecret, type Secret } from '../../support/secrets.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const folder = mkdtempSync(join(tmpdir(), 'command-secrets-'))
const SECRETS = ['password', 'token', 'state', 'signature', 'proxy'].map((name) => createSecret(name, '+/', '='))
const [password, token, state, signature, proxy] = SECRETS as [Secret, Secret, Secret, Secret, Secret]
let server: Server
let host: string

// A registry that echoes what it gets, with secrets in all places that an answer has. The name of the repository says
// how it behaves.
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    const { url = '', method, headers } = request
    const query = `?_state=${encodeURIComponent(state.text)}&${encodeURIComponent(signature.text)}`
    const own = `http://ci:${encodeURIComponent(password.text)}@${host}`
    if (url.startsWith('/token')) {
      response.end(JSON.stringify({ token: token.core }))
    } else if (!headers.authorization) {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token${query}",service="x"` }).end()
    } else if (url.startsWith('/v2/refusing/')) {
      const message = `${headers.authorization} ${url}${query} ${own}`
      const detail = { message, authorization: headers.authorization }
      response.writeHead(403).end(JSON.stringify({ errors: [{ code: 'DENIED', message, detail }] }))
    } else if (method === 'HEAD' || method === 'GET') {
      response.writeHead(url.includes('/redirecting/') ? 307 : 404, { location: `${own}/gone${query}` }).end()
    } else {
      response
        .writeHead(method === 'POST' ? 202 : 500, { location: `${own}${url}1${query}` })
        .end(`${own}${url}${query}`)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const auth = Buffer.from(`ci:${password.text}`).toString('base64')
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})

describe('registry-client', { concurrent: true }, () => {
  const places = ['refusing', 'redirecting', 'uploading']
  const modes = [[], ['--debug'], ['--debug', '--json']]
  const commands = (place: string) => {
    const push = ['push', ARCHIVE, `${host}/${place}/app:v1`]
    if (place === 'uploading') return [push]
    return [
      push,
      ['pull', `${host}/${place}/app:v1`, '-o', join(folder, 'app.tar')],
      ['tag', `${host}/${place}/app:v1`, 'v2'],
      ['push', ARCHIVE, `http://ci:${password.text}@${host}/${place}/app:v1`],
      ['push', ARCHIVE, `ci:${password.text}@${host}`],
    ]
  }

  it.each(places.flatMap((place) => modes.map((mode) => [place, mode] as const)))(
    'prints no secret of a registry that is %s, with %j',
    async (place, mode) => {
      for (const command of commands(place)) {
        const env = { DOCKER_CONFIG: folder }
        const { code, stdout, stderr } = await runCommand([...command, ...mode], { env })
        expect(code).not.toBe(0)
        for (const secret of SECRETS) expect(hasSecret(stdout + stderr, secret)).toBe(false)
        if (mode.includes('--debug') && code !== 3) expect(stderr).toContain(`${host}/v2/`)
      }
    },
  )

  it.each(modes)('prints no password of a proxy: %j %j', async (...mode) => {
    const env = {
      HTTP_PROXY: `http://ci:${encodeURIComponent(proxy.text)}@127.0.0.1:1`,
      HTTPS_PROXY: `not a url ${proxy.text}`,
    }
    const args = ['push', ARCHIVE, 'http://registry.test/app:v1', ...mode.filter(Boolean)]
    const { code, stdout, stderr } = await runCommand(args, { env })
    expect(code).not.toBe(0)
    expect(hasSecret(stdout + stderr, proxy)).toBe(false)
  })
})
