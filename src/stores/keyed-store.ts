/** Keeps values by keys of any text. */
export interface KeyedStore<T> {
  get(key: string): Promise<T | undefined>
  set(key: string, value: T): Promise<void>
  delete(key: string): Promise<void>
  list(): Promise<readonly T[]>
}

/** Makes a store that opens when it is first used. If it cannot be opened, the next use tries again. */
export function openOnUse<T>(open: () => Promise<KeyedStore<T>>): KeyedStore<T> {
  let opening: Promise<KeyedStore<T>> | undefined
  async function use(): Promise<KeyedStore<T>> {
    opening ??= open()
    try {
      return await opening
    } catch (error) {
      opening = undefined
      throw error
    }
  }
  return {
    get: async (key) => (await use()).get(key),
    set: async (key, value) => (await use()).set(key, value),
    delete: async (key) => (await use()).delete(key),
    list: async () => (await use()).list(),
  }
}
