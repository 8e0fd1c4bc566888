import { describe, expect, inject, it } from 'vitest'

// What a page can see of real registries that ask who it is, and of a token server on a third origin: by fetch alone.

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
