import { describe, expect, it } from 'vitest'
import { listRepositories, listTags, openRegistry, pushDockerTar, ResponseError } from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type RegistryProfile } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { digestOfText, MANIFEST, plainClient } from '../support/plain-client.ts'

const credentials = { username: 'ci', password: 'hünter2' }
const basic = { authorization: `Basic ${Buffer.from('ci:hünter2').toString('base64')}` }
const signedIn = (profile?: RegistryProfile) => {
  const registry = createTestRegistry({ credentials, ...(profile && { profile }) })
  return { registry, ...plainClient(registry.fetch) }
}
const challengeOf = ({ status, headers }: { status: number; headers: Headers }) => [
  status,
  headers.get('www-authenticate'),
]

describe('createTestRegistry() with credentials', () => {
  const bearer = (scope: string) => `Bearer realm="http://registry.test/v2/auth",service="registry.test"${scope}`

  it('asks for a token, and says with which rights', async () => {
    const { ask } = signedIn()
    expect(challengeOf(await ask('GET', '/v2/'))).toEqual([401, bearer('')])
    const catalog = ',scope="registry:catalog:*"'
    expect(challengeOf(await ask('GET', '/v2/_catalog'))).toEqual([401, bearer(catalog)])
    for (const [method, actions] of [
      ['GET', 'pull'],
      ['PUT', 'pull,push'],
      ['DELETE', 'delete'],
    ]) {
      const answer = await ask(method as string, '/v2/team/app/manifests/v1')
      expect(challengeOf(answer)).toEqual([401, bearer(`,scope="repository:team/app:${actions}"`)])
    }
  })

  it('gives a token for the password alone, and it is good for the rights that were asked for', async () => {
    const { ask } = signedIn()
    const path = '/v2/auth?service=registry.test&scope=repository:team/app:pull'
    expect((await ask('GET', path)).status).toBe(401)
    expect((await ask('GET', path, null, { authorization: 'Basic Y2k6d3Jvbmc=' })).status).toBe(401)
    const { token } = JSON.parse((await ask('GET', path, null, basic)).text)
    const authorization = `Bearer ${token}`
    expect((await ask('GET', '/v2/team/app/tags/list', null, { authorization })).status).toBe(404)
    const refused = await ask('DELETE', `/v2/team/app/manifests/${digestOfText(MANIFEST)}`, null, { authorization })
    expect(challengeOf(refused)).toEqual([
      401,
      bearer(',scope="repository:team/app:delete",error="insufficient_scope"'),
    ])
  })

  it('takes pushes of who signs in, and of nobody else', async () => {
    const { registry } = signedIn()
    const open = (options: object) =>
      openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0, ...options })
    const archive = await createTestArchive()
    await rejection(pushDockerTar(archive, open({}), 'team/app', 'v1'), ResponseError, /401/)
    const handle = open({ credentials })
    await pushDockerTar(archive, handle, 'team/app', 'v1')
    expect([await listTags(handle, 'team/app'), await listRepositories(handle)]).toEqual([['v1'], ['team/app']])
  })

  it('refuses, with the profile of Quay, the right to list repositories, which needs none', async () => {
    const { ask } = signedIn('quay')
    const refused = await ask('GET', '/v2/auth?scope=registry:catalog:*', null, basic)
    expect([refused.status, refused.code]).toEqual([400, 'INVALID_REQUEST'])
    const { token } = JSON.parse((await ask('GET', '/v2/auth', null, basic)).text)
    expect((await ask('GET', '/v2/_catalog', null, { authorization: `Bearer ${token}` })).status).toBe(200)
    expect(challengeOf(await ask('DELETE', '/v2/team/app/manifests/v1'))[1]).toContain('repository:team/app:pull,push')
  })
})
