import { printable } from './text.ts'
import { UsageError } from './usage-error.ts'

/**
 * Makes bytes into text that a terminal can show: control characters are escaped, and the last line ends.
 *
 * @throws {UsageError} if the bytes are not text
 */
export async function* terminalText(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let last = '\n'
  for await (const piece of pieces) {
    const text = decode(() => decoder.decode(piece, { stream: true }))
    if (text === '') continue
    last = text.slice(-1)
    yield text.split(/\r?\n/).map(printable).join('\n')
  }
  decode(() => decoder.decode())
  if (last !== '\n') yield '\n'
}

function decode(read: () => string): string {
  let text: string | undefined
  try {
    text = read()
  } catch {}
  if (text !== undefined && !text.includes('\0')) return text
  throw new UsageError('Cannot print to a terminal: it is not text', 'write it to a file, or into a pipe')
}
