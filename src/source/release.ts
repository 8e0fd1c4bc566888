/** The maximum size in bytes of an unwanted body. A longer one is cancelled. */
const MAX_UNWANTED = 64 * 1024
/** The maximum time in milliseconds for an unwanted body. A slower one is cancelled. */
const PATIENCE = 5_000

/**
 * Releases an unwanted response body, without waiting. An unread body keeps its connection busy.
 *
 * A short body is read to its end in the background, because browsers report a request with a cancelled body as failed.
 * The cancel is never awaited: some `fetch` implementations clone every response, and the cancel of a clone settles
 * only when the other half is cancelled too (Streams Standard § ReadableStreamTee).
 */
export function releaseBody(body: ReadableStream<Uint8Array> | null): void {
  if (body && !body.locked) void drain(body.getReader())
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const cancel = () => {
    reader.cancel().catch(() => undefined)
  }
  // The cancel ends a pending read.
  const timer = setTimeout(cancel, PATIENCE)
  try {
    for (let size = 0; size <= MAX_UNWANTED; ) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.byteLength
    }
  } catch {
    // The body broke off, which does not matter.
  } finally {
    clearTimeout(timer)
    cancel()
  }
}
