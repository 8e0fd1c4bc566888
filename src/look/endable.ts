import type { ByteStream } from '../source/stream.ts'

/** A reader that stops early also ends the request, even during a pending read. */
export function endable(pieces: AsyncGenerator<Uint8Array>, ending: AbortController): ByteStream {
  async function stop(): Promise<IteratorResult<Uint8Array>> {
    ending.abort()
    pieces.return(undefined).catch(() => undefined)
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next: () => pieces.next(), return: stop }) }
}
