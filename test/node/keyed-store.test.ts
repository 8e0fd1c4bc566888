import { describe, expect, it, vi } from 'vitest'
import { type KeyedStore, openOnUse } from '../../src/stores/keyed-store.ts'

function createStore(): KeyedStore<string> {
  const values = new Map<string, string>()
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    list: async () => [...values.values()],
  }
}

describe('openOnUse()', () => {
  it('opens the store once, at its first use', async () => {
    const open = vi.fn(async () => createStore())
    const store = openOnUse(open)
    expect(open).not.toHaveBeenCalled()
    await Promise.all([store.set('a', '1'), store.set('b', '2'), store.get('a')])
    await store.delete('b')
    expect([await store.get('a'), await store.get('b')]).toEqual(['1', undefined])
    expect(open).toHaveBeenCalledOnce()
  })

  it('opens it again after it could not be opened', async () => {
    const closed = new Error('blocked')
    const open = vi.fn(async () => createStore()).mockRejectedValueOnce(closed)
    const store = openOnUse(open)
    await expect(store.get('a')).rejects.toBe(closed)
    await store.set('a', '1')
    expect(await store.get('a')).toBe('1')
  })
})
