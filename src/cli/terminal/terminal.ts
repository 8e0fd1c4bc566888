/** The settings that decide whether the terminal is used as one. */
interface TerminalSettings {
  readonly json?: true | undefined
  readonly quiet?: true | undefined
  /** False with `--no-tty`. */
  readonly tty: boolean
}

/** Tells whether bars can be drawn on stderr. CI keeps a log, in which bars are noise. */
export function canDraw({ json, quiet, tty }: TerminalSettings): boolean {
  const { TERM, CI } = process.env
  return tty && !json && !quiet && process.stderr.isTTY === true && TERM !== 'dumb' && !CI
}

/** Tells whether questions can be asked: on stderr, with answers from stdin. */
export function canAsk({ tty }: TerminalSettings): boolean {
  return tty && process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Returns the width of the terminal that shows stdout, or nothing if stdout is a pipe or a file. */
export function columnsOf({ tty }: TerminalSettings): number | undefined {
  const { isTTY, columns } = process.stdout
  return (tty && isTTY && columns) || undefined
}
