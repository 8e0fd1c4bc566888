import { describe, expect, it, vi } from 'vitest'
import { loaded } from '../../src/async/lazy.ts'
import { RegistryError } from '../../src/index.ts'
import { createFetch, listTags, openRegistry } from '../../src/node/index.ts'
import { rejection } from '../support/errors.ts'

describe('loaded()', () => {
  it('gives the part that loads', async () => {
    expect(await loaded(Promise.resolve('a part'), new AbortController().signal)).toBe('a part')
  })

  it('throws a RegistryError with the cause if the part does not load', async () => {
    const cause = new TypeError('Failed to fetch dynamically imported module')
    const error = await rejection(loaded(Promise.reject(cause)), RegistryError)
    expect(error.message).toMatch(/^Cannot load a part of registry-api-v2-client; reload the page/)
    expect(error.cause).toBe(cause)
  })

  it('ends with an abort, whose reason stays as it is, while the part does not come', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 10)
    await expect(loaded(new Promise(() => {}), controller.signal)).rejects.toBe(reason)
  })
})

vi.mock('undici', () => {
  throw new Error('Dynamic require of "node:assert" is not supported')
})

describe('createFetch()', () => {
  it('makes requests throw a RegistryError, no NetworkError, in a bundle that lost undici', async () => {
    const registry = openRegistry('http://127.0.0.1:1', { fetch: createFetch({ registry: 'http://127.0.0.1:1' }) })
    const error = await rejection(listTags(registry, 'team/app'), RegistryError)
    expect([error.name, error.message]).toEqual(['RegistryError', expect.stringMatching(/^Cannot load a part of/)])
  })
})
