import { describe, expect, it } from 'vitest'
import { RegistryError } from '../../src/index.ts'
import { loaded } from '../../src/load.ts'
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
