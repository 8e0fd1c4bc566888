import { Readable } from 'node:stream'

/**
 * Begins to read a stream of Node at once. Node drops the output of a child process if nobody reads it when the child
 * ends. Returns any other input unchanged.
 */
export function beginReading<T>(input: T): T {
  return input instanceof Readable ? (begun(input) as T) : input
}

function begun(stream: Readable): AsyncIterable<unknown> & { destroy(): void } {
  const iterator = stream[Symbol.asyncIterator]()
  let first: Promise<IteratorResult<unknown>> | undefined = iterator.next()
  // Whoever takes it learns of a failure.
  first.catch(() => undefined)
  const reader = {
    next() {
      const next = first ?? iterator.next()
      first = undefined
      return next
    },
    return: async () => ({ done: true as const, value: await iterator.return?.() }),
  }
  return { [Symbol.asyncIterator]: () => reader, destroy: () => void stream.destroy() }
}
