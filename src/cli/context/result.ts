import type { Paint } from '../terminal/paint.ts'

/** The result of a command. */
export interface Result {
  /** The document that `--json` prints. An async iterable is printed as an array, while it is read. */
  readonly json: unknown
  /** The lines that people read. An async iterable is printed while it is read. It is not read with `--json`. */
  readonly lines: readonly string[] | AsyncIterable<string>
  /**
   * Colors a line on a terminal. The text of the line has its control characters escaped before.
   *
   * @default nothing is colored
   */
  readonly colorLine?: ((line: string, paint: Paint) => string) | undefined
  /** The exit code, if the command is done but has something to report. @default 0 */
  readonly exitCode?: number | undefined
}
