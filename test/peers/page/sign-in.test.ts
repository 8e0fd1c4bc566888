import { describe, expect, inject, it } from 'vitest'
import {
  type Credentials,
  getImageInfo,
  listTags,
  openRegistry,
  pushDockerTar,
  ResponseError,
} from '../../../src/index.ts'
import { createTestArchive } from '../../../src/testing/index.ts'
import { rejection } from '../../support/errors.ts'

// Real registries that ask a page who it is, and a token server on a third origin: by fetch alone, then by the SDK.

const basicRegistry = inject('basicRegistry')
const tokenRegistry = inject('tokenRegistry')

/** What a URL answers: never from the browser's own memory of passwords. */
const ask = (url: string | URL, authorization?: string) =>
  fetch(url, { credentials: 'omit', headers: { ...(authorization !== undefined && { authorization }) } })
const basic = ({ username, password }: { username: string; password: string }) =>
  `Basic ${btoa(`${username}:${password}`)}`

describe('a page before a registry that asks for HTTP Basic', () => {
  it('reads the challenge, and is let in with a password', async () => {
    const refused = await ask(`${basicRegistry.url}/v2/`)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Basic realm="a registry of a test"')
    expect((await ask(`${basicRegistry.url}/v2/`, basic(basicRegistry.user))).status).toBe(200)
  })
})

describe('a page before a registry that asks for bearer tokens', () => {
  it('reads the challenge, gets a token from the token server, and is let in with it', async () => {
    const refused = await ask(`${tokenRegistry.url}/v2/`)
    expect(refused.status).toBe(401)
    const challenge = refused.headers.get('www-authenticate') ?? ''
    const [, realm = '', service = ''] = /^Bearer realm="([^"]+)",service="([^"]+)"$/.exec(challenge) ?? []
    expect({ realm, service }).toEqual({ realm: tokenRegistry.realm, service: tokenRegistry.service })

    const url = new URL(realm)
    url.searchParams.set('service', service)
    const answer = await ask(url, basic(tokenRegistry.owner))
    expect(answer.status).toBe(200)
    const { token } = await answer.json()
    expect((await ask(`${tokenRegistry.url}/v2/`, `Bearer ${token}`)).status).toBe(200)
  })

  it('gets a token for an identity token by POST', async () => {
    const form = { grant_type: 'refresh_token', client_id: 'a page', service: tokenRegistry.service }
    const body = new URLSearchParams({ ...form, refresh_token: tokenRegistry.owner.identityToken })
    const answer = await fetch(tokenRegistry.realm, { method: 'POST', credentials: 'omit', body })
    const { access_token: token } = await answer.json()
    expect((await ask(`${tokenRegistry.url}/v2/`, `Bearer ${token}`)).status).toBe(200)
  })
})

let count = 0
const newRepository = () => `page/${Date.now().toString(36)}-${count++}`

describe('pushDockerTar() from a page', () => {
  const { owner, reader } = tokenRegistry
  const { username, password, identityToken } = owner
  const answer = Promise.resolve({ username, password })

  it.each<[string, string, Credentials | (() => Promise<Credentials>)]>([
    ['HTTP Basic', basicRegistry.url, basicRegistry.user],
    ['HTTP Basic, by a user who is asked', basicRegistry.url, async () => basicRegistry.user],
    ['user and password for a token', tokenRegistry.url, { username, password }],
    ['an identity token for a token', tokenRegistry.url, { identityToken }],
    ['a user who is asked', tokenRegistry.url, () => answer],
  ])('signs in by %s', async (_, url, credentials) => {
    const registry = openRegistry(url, { credentials })
    const repository = newRepository()
    const digest = await pushDockerTar(await createTestArchive(), registry, repository, 'v1', { chunkSize: 3000 })
    expect((await getImageInfo(registry, repository, 'v1')).digest).toBe(digest)
  })

  it('signs in with a token that is ready', async () => {
    const repository = newRepository()
    const url = new URL(tokenRegistry.realm)
    url.searchParams.set('service', tokenRegistry.service)
    url.searchParams.set('scope', `repository:${repository}:pull,push`)
    const { token } = await (await ask(url, basic(owner))).json()
    const registry = openRegistry(tokenRegistry.url, { credentials: { token } })
    await pushDockerTar(await createTestArchive(), registry, repository, 'v1')
    expect(await listTags(registry, repository)).toEqual(['v1'])
  })

  it('lets anonymous read what is public, and a reader no more than read', async () => {
    const repository = `public/${newRepository()}`
    await pushDockerTar(
      await createTestArchive(),
      openRegistry(tokenRegistry.url, { credentials: owner }),
      repository,
      'v1',
    )
    expect(await listTags(tokenRegistry.url, repository)).toEqual(['v1'])
    const archive = await createTestArchive({ images: [{ layers: [{ a: 'a' }] }] })
    for (const credentials of [undefined, { username: reader.username, password: reader.password }]) {
      const registry = openRegistry(tokenRegistry.url, { ...(credentials && { credentials }) })
      await rejection(pushDockerTar(archive, registry, repository, 'v2'), ResponseError, /401/)
    }
  })

  it('tells a wrong password by whoever refuses it', async () => {
    const credentials = { username: 'owner', password: 'wrong' }
    const basic = listTags(openRegistry(basicRegistry.url, { credentials }), 'a')
    expect((await rejection(basic, ResponseError, /401/)).url).toContain(basicRegistry.url)
    const token = listTags(openRegistry(tokenRegistry.url, { credentials }), 'a')
    expect((await rejection(token, ResponseError, /Cannot get a token.*401/)).url).toContain(tokenRegistry.realm)
  })
})
