/**
 * Control characters, halves of surrogate pairs, line separators, and the marks that change the direction of text.
 * Tabs are left out, because they are harmless.
 */
const UNSAFE = /(?!\t)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' }

/**
 * Escapes all characters that do not print: names, labels and paths of an image must not write control codes to a
 * terminal. An escape is written as `\u001b`, as in JSON.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => ESCAPES[character] ?? escapeUnit(character))
}

/** Formats a JSON document whose text has no control characters but line feeds. It says the same. */
export function formatJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, undefined, indent) ?? 'null'
  return text.replace(UNSAFE, (character) => (character === '\n' ? character : escapeUnit(character)))
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

const ASCII = /^[ -~]*$/
/** The blocks that UAX #11 calls wide or full-width, without emoji. */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u
const EMOJI = /^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u
const WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]/u
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Counts the columns that a text takes in a terminal: a Chinese character or an emoji takes two. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += segmentWidth(segment)
  return width
}

function segmentWidth(segment: string): number {
  if (WITHOUT_WIDTH.test(segment)) return 0
  return WIDE.test(segment) || EMOJI.test(segment) ? 2 : 1
}

/** Cuts a text to a number of columns. The last one is `…` then. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let [cut, width] = ['', 0]
  for (const { segment } of segmenter.segment(text)) {
    width += segmentWidth(segment)
    if (width > columns - 1) break
    cut += segment
  }
  return `${cut}…`
}
