/**
 * Gives the value of a key, which it makes if it does not have it. Calls for one key share one value, also while it is
 * made. A value that is `undefined` or that fails is not kept.
 */
type Remember<K, V> = (key: K, make: () => Promise<V | undefined>) => Promise<V | undefined>

/**
 * Makes a memory of a limited size. It forgets first the values that were not used for the longest time.
 *
 * @param limit The weight of all values together.
 */
export function createLastUsed<K, V>(limit: number, weigh: (value: V) => number): Remember<K, V> {
  const values = new Map<K, { readonly value: Promise<V | undefined>; weight: number }>()
  let total = 0

  function forget(key: K): void {
    total -= values.get(key)?.weight ?? 0
    values.delete(key)
  }

  return async (key, make) => {
    const known = values.get(key) ?? { value: make(), weight: 0 }
    const isNew = !values.delete(key)
    values.set(key, known)
    try {
      const value = await known.value
      if (!isNew || values.get(key) !== known) return value
      if (value === undefined) forget(key)
      else total += known.weight = weigh(value)
      for (const [oldest] of values) {
        if (total <= limit) break
        forget(oldest)
      }
      return value
    } catch (error) {
      if (values.get(key) === known) forget(key)
      throw error
    }
  }
}
