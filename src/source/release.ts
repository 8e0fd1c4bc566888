/** In bytes: an unwanted body that is longer is cancelled. */
const MAX_UNWANTED = 64 * 1024
/** In milliseconds: an unwanted body that takes longer is cancelled. */
const PATIENCE = 5_000

/**
 * Lets go of a body that nobody wants, without waiting. An unread body keeps its connection busy.
 *
 * A short body is read to its end in the background: browsers report a request whose body is cancelled as failed. A cancel is never waited for:
 * the cancel of a clone settles only when the other half is cancelled too (Streams Standard § ReadableStreamTee), and some `fetch` clone every answer.
 */
export function releaseBody(body: ReadableStream<Uint8Array> | null): void {
  if (body && !body.locked) void drain(body.getReader())
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const cancel = () => {
    reader.cancel().catch(() => undefined)
  }
  // A cancel ends the read that waits.
  const timer = setTimeout(cancel, PATIENCE)
  try {
    for (let size = 0; size <= MAX_UNWANTED; ) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.byteLength
    }
  } catch {
    // The body broke off, and nobody wanted it.
  } finally {
    clearTimeout(timer)
    cancel()
  }
}
