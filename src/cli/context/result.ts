/** The result of a command. */
export interface Result {
  /** The document that `--json` prints. */
  readonly json: unknown
  /** The lines that people read. */
  readonly lines: readonly string[]
  /** The exit code, if the command is done but has something to report. @default 0 */
  readonly exitCode?: number | undefined
}
