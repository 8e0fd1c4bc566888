import { describe, expect, it } from 'vitest'
import { createTestRegistry, type Fault } from '../../src/testing/index.ts'

/** An open upload, and what sends to it. */
async function openUpload(faults: readonly Fault[]) {
  const registry = createTestRegistry({ profile: 'distribution-3', faults })
  const ask = (method: string, url: string, init: RequestInit = {}) =>
    registry.fetch(new Request(new URL(url, 'http://registry.test'), { method, ...init }))
  const location = (await ask('POST', '/v2/a/blobs/uploads/')).headers.get('location') ?? ''
  const patch = (body: BodyInit, signal?: AbortSignal) =>
    ask('PATCH', location, { body, signal, headers: { 'content-type': 'application/octet-stream' } })
  const received = async () => (await ask('GET', location)).headers.get('range')
  return { registry, patch, received }
}

describe('createTestRegistry() in a page', () => {
  it.each([
    ['bytes', new Uint8Array(1000)],
    ['a Blob', new Blob([new Uint8Array(1000)])],
  ])('cuts a body of %s', async (_, body) => {
    const { registry, patch, received } = await openUpload([{ kind: 'cut', afterBytes: 300, method: 'PATCH' }])
    await expect(patch(body)).rejects.toThrow(TypeError)
    expect([await received(), registry.bodyBytes, registry.faultsLeft]).toEqual(['0-299', 300, 0])
  })

  it('loses an answer', async () => {
    const { patch, received } = await openUpload([{ kind: 'lost', method: 'PATCH' }])
    await expect(patch('hello')).rejects.toThrow(TypeError)
    expect(await received()).toBe('0-4')
  })

  it('is silent until the client gives up', async () => {
    const { patch, received } = await openUpload([{ kind: 'silent', method: 'PATCH' }])
    await expect(patch('hello', AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(await received()).toBe('0-0')
  })

  it('breaks, stalls and counts the body of an answer', async () => {
    const { registry, patch } = await openUpload([
      { kind: 'cut-answer', afterBytes: 7 },
      { kind: 'stalled', afterBytes: 9 },
    ])
    await patch('hello')
    const get = (init: RequestInit = {}) =>
      registry.fetch(new Request('http://registry.test/v2/unknown/tags/list', init))
    // Firefox has another error for text().
    const cut = (await get()).body?.getReader()
    expect((await cut?.read())?.value).toHaveLength(7)
    await expect(cut?.read()).rejects.toThrow(TypeError)
    const stalled = await get({ signal: AbortSignal.timeout(20) })
    const reader = stalled.body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(9)
    await expect(reader?.read()).rejects.toMatchObject({ name: 'TimeoutError' })
    expect([registry.openBodies, registry.faultsLeft]).toEqual([0, 0])
  })
})
