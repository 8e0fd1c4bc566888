import { RegistryError } from '../../node/index.ts'
import type { Failure } from './failure.ts'
import { createLiveArea, type LiveArea, type Terminal } from './live-area.ts'
import { terminalText } from './terminal-text.ts'
import { formatJson, printable } from './text.ts'

/**
 * Where a command writes: results to stdout, everything else to stderr. Text has its control characters escaped, so
 * that nothing from an image or a registry controls the terminal.
 */
export interface Output {
  /**
   * Writes lines of a result, and waits until stdout takes more. An async iterable is written while it is read.
   *
   * @param color Colors a line, after its control characters are escaped.
   */
  result(lines: readonly string[] | AsyncIterable<string>, color?: (line: string) => string): Promise<void>
  /**
   * Writes a document. An async iterable is written as an array, while it is read.
   *
   * @param options.isLine True to write a document as one line. @default false
   */
  json(document: unknown, options?: { readonly isLine?: boolean }): Promise<void>
  /** True if stdout has the beginning of an array whose items could not be read. No other document can follow. */
  readonly isUnfinished: boolean
  /**
   * Writes bytes as they are. A terminal gets text, with its control characters escaped.
   *
   * @throws {UsageError} if stdout is a terminal and the bytes are not text
   */
  bytes(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>
  /** Writes a line to stderr, above the bars. */
  line(text: string): void
  /** The area for bars and the terminal that has it, if stderr is a terminal. */
  readonly live: { readonly terminal: Terminal; readonly area: LiveArea } | undefined
  /** Removes the bars, and waits until everything is written. */
  end(): Promise<void>
}

/** The reader of stdout has closed it, as `head` does when it has enough. */
export class OutputClosed extends Error {
  override name = 'OutputClosed'
}

/**
 * Writes to the streams of the process.
 *
 * @param isTerminal True to draw bars on stderr.
 * @param onClosed Called if stdout takes no more, with an `OutputClosed` or the failure.
 */
export function createOutput(isTerminal: boolean, onClosed: (reason: Error) => void): Output {
  const { stdout, stderr } = process
  // Instead of the listener of help and version.
  stdout.removeAllListeners('error')
  stdout.on('error', (error) => onClosed(closedBy(error)))
  // If nobody reads what is printed for people, the work still has its result.
  stderr.on('error', () => {})
  const area = isTerminal ? createLiveArea(stderr) : undefined
  if (area) process.once('exit', area.clear)

  let isUnfinished = false

  function write(data: string | Uint8Array): Promise<void> {
    area?.clear()
    return new Promise((resolve, reject) => {
      stdout.write(data, (error) => (error ? reject(closedBy(error)) : resolve()))
    })
  }

  async function writeArray(items: AsyncIterable<unknown>): Promise<void> {
    for await (const item of items) {
      await write(`${isUnfinished ? ',\n' : '[\n'}  ${formatJson(item, 0)}`)
      isUnfinished = true
    }
    await write(isUnfinished ? '\n]\n' : '[]\n')
    isUnfinished = false
  }

  return {
    get isUnfinished() {
      return isUnfinished
    },
    live: area && { terminal: stderr, area },
    async result(lines, color = (line) => line) {
      const written = (line: string) => `${color(printable(line))}\n`
      if (!isAsync(lines)) return write(lines.map(written).join(''))
      for await (const line of lines) await write(written(line))
    },
    async json(document, { isLine = false } = {}) {
      if (isAsync(document)) await writeArray(document)
      else await write(`${formatJson(document, isLine ? 0 : 2)}\n`)
    },
    async bytes(pieces) {
      for await (const piece of stdout.isTTY ? terminalText(pieces) : pieces) await write(piece)
    },
    line(text) {
      const line = printable(text)
      if (area) area.print(line)
      else stderr.write(`${line}\n`)
    },
    async end() {
      area?.clear()
      await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))))
    },
  }
}

function isAsync<T>(value: unknown): value is AsyncIterable<T> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** The reason of the abort after an error of stdout. */
function closedBy(error: NodeJS.ErrnoException): Error {
  if (error.code === 'EPIPE') return new OutputClosed('Nobody reads stdout any more')
  const remedy = error.code === 'ENOSPC' ? 'free some disk space, or write to another disk' : undefined
  return new RegistryError('STORAGE_FAILED', `Cannot write to stdout: ${error.code}`, { remedy, cause: error })
}

/** Formats a failure in two lines: what failed, and the remedy. */
export function formatFailure({ message, remedy }: Failure): readonly string[] {
  return [`error: ${message}`, ...(remedy ? [`  ${remedy[0]?.toUpperCase()}${remedy.slice(1)}.`] : [])]
}

/** Formats a failure as a JSON document. */
export function failureDocument(failure: Failure): { readonly error: object } {
  const { exitCode, kind, code, message, remedy } = failure
  return { error: { code, kind, exitCode, message, remedy: remedy ?? null } }
}
