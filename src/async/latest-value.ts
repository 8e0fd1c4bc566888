/**
 * The newest of values that follow one another, for any number of readers. A slow reader misses those in between.
 */
interface Latest<T> {
  put(value: T): void
  /** There are no more. A reader still gets the newest, if it has not seen that. */
  end(): void
  read(): AsyncIterator<T, undefined>
}

export function createLatestValue<T>(): Latest<T> {
  let newest: { readonly value: T } | undefined
  let isEnded = false
  const waiting = new Set<() => void>()

  /** They look for themselves whether there is something for them. */
  function wake(): void {
    const woken = [...waiting]
    waiting.clear()
    for (const go of woken) go()
  }

  return {
    put(value) {
      newest = { value }
      wake()
    },
    end() {
      isEnded = true
      wake()
    },
    // Not a generator: that could not be left while it waits.
    read() {
      let seen: typeof newest
      let isLeft = false
      return {
        async next() {
          for (;;) {
            if (isLeft) return { done: true, value: undefined }
            if (newest && newest !== seen) {
              seen = newest
              return { done: false, value: newest.value }
            }
            if (isEnded) return { done: true, value: undefined }
            await new Promise<void>((resolve) => waiting.add(resolve))
          }
        },
        async return() {
          isLeft = true
          wake()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
