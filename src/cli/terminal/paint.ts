import { styleText } from 'node:util'

export type Color = 'green' | 'yellow' | 'red' | 'dim'

/** Colors a text, or leaves it as it is. */
export type Paint = (color: Color, text: string) => string

/** Returns a function that colors text for stdout, if that is a terminal with colors and NO_COLOR is not set. */
export function createPaint({ tty }: { readonly tty: boolean }): Paint {
  const { stdout } = process
  return tty ? (color, text) => styleText(color, text, { stream: stdout }) : (_, text) => text
}
