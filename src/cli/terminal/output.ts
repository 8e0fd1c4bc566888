import type { Failure } from './failure.ts'

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  /** Writes lines of a result, and waits until stdout takes more. */
  result(lines: readonly string[]): Promise<void>
  /** Writes a line for people to stderr. */
  line(text: string): void
}

/** Writes to the streams of the process. */
export function createOutput(): Output {
  return {
    result: (lines) =>
      new Promise((resolve, reject) => {
        process.stdout.write(lines.map((line) => `${line}\n`).join(''), (error) => (error ? reject(error) : resolve()))
      }),
    line: (text) => {
      process.stderr.write(`${text}\n`)
    },
  }
}

/** Formats a failure in two lines: what failed, and the remedy. */
export function formatFailure({ message, remedy }: Failure): readonly string[] {
  return [`error: ${message}`, ...(remedy ? [`  ${remedy[0]?.toUpperCase()}${remedy.slice(1)}.`] : [])]
}

/** Formats a failure as a JSON document. */
export function failureDocument({ exitCode, kind, code, message, remedy }: Failure): unknown {
  return { error: { code, kind, exitCode, message, remedy: remedy ?? null } }
}
