const [HIDE_CURSOR, SHOW_CURSOR] = ['\x1b[?25l', '\x1b[?25h']
const [ERASE_LINE_END, ERASE_BELOW] = ['\x1b[K', '\x1b[J']

/** A terminal to draw on, such as `process.stderr`. */
export interface Terminal {
  readonly columns: number
  readonly rows: number
  write(text: string): unknown
}

/** The last lines of a terminal, which are drawn again and again. What is printed goes above them. */
export interface LiveArea {
  /** Draws these lines in place of the last ones. Each must be narrower than the terminal. */
  draw(lines: readonly string[]): void
  /** Prints a line above. */
  print(text: string): void
  /** Removes the lines, and shows the cursor again. */
  clear(): void
}

/**
 * Creates a live area at the cursor. It writes each frame at once, so that nothing flickers.
 *
 * cli-progress does not fit here: it draws more bars than the terminal has rows, it loses its place when the terminal
 * gets narrower, and it prints lines above the bars only with the next frame.
 */
export function createLiveArea(terminal: Terminal): LiveArea {
  let drawn: readonly string[] = []

  /** Goes to the start of the area. A terminal that got narrower shows a line on several rows. */
  function home(): string {
    const above = drawn.slice(0, -1)
    const rows = above.reduce((sum, { length }) => sum + Math.max(1, Math.ceil(length / terminal.columns)), 0)
    return rows > 0 ? `\r\x1b[${rows}A` : '\r'
  }

  /** The cursor stays at the start of the last line: a `^C` that the terminal echoes there breaks no line. */
  const frame = (lines: readonly string[]) => `${lines.map((line) => line + ERASE_LINE_END).join('\n')}${ERASE_BELOW}\r`

  return {
    draw(lines) {
      const start = drawn.length > 0 ? home() : HIDE_CURSOR
      drawn = lines
      terminal.write(`${start}${frame(lines)}`)
    },
    print(text) {
      if (drawn.length === 0) terminal.write(`${text}\n`)
      else terminal.write(`${home()}${ERASE_BELOW}${text}\n${frame(drawn)}`)
    },
    clear() {
      if (drawn.length === 0) return
      terminal.write(`${home()}${ERASE_BELOW}${SHOW_CURSOR}`)
      drawn = []
    },
  }
}
