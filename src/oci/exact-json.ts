import { type JsonObject, parseJson } from './json.ts'

/** A number that JavaScript would write in another way, such as 9007199254740993 or 1.0. */
class ExactNumber {
  readonly exactNumber: string

  constructor(text: string) {
    this.exactNumber = text
  }
}

/** A null character. Texts in JSON have it only in this form. */
const NULL = '\\u0000'

/**
 * Parses JSON that is written again. Numbers that JavaScript would round or write in another way are objects in it, so
 * that they keep their digits: Docker's documents have numbers of 64 bits.
 *
 * @throws {ValidationError} for what `parseJson` refuses
 */
export function parseExactJson(bytes: Uint8Array, what: string): unknown {
  const document = parseJson(bytes, what)
  const text = new TextDecoder().decode(bytes)
  const mark = markFor(text)
  const marked = markNumbers(text, mark)
  if (marked === text) return document
  const start = JSON.parse(`"${mark}"`)
  const isMarked = (value: unknown): value is string => typeof value === 'string' && value.startsWith(start)
  return JSON.parse(marked, (_, value) => (isMarked(value) ? new ExactNumber(value.slice(start.length)) : value))
}

/**
 * Writes a document of `parseExactJson`.
 *
 * @param indent The text for each level of nesting. @default none: the JSON is one line
 */
export function writeExactJson(document: JsonObject, indent?: string): string {
  const json = JSON.stringify(document)
  const mark = markFor(json)
  const start = JSON.parse(`"${mark}"`)
  const write = (_: string, value: unknown) => (value instanceof ExactNumber ? start + value.exactNumber : value)
  const marked = JSON.stringify(document, write, indent)
  const [first, ...others] = marked.split(`"${mark}`)
  return [first, ...others.map((part) => part.replace('"', ''))].join('')
}

/** Finds a start that no text in the JSON has. */
function markFor(json: string): string {
  let mark = NULL
  while (json.includes(mark)) mark += NULL
  return mark
}

/** Makes a text of each number that JavaScript would write in another way. */
function markNumbers(json: string, mark: string): string {
  let marked = ''
  let copied = 0
  for (let at = 0; at < json.length; at++) {
    if (json[at] === '"') at = endOfText(json, at)
    else if (isInNumber(json[at])) {
      const start = at
      while (isInNumber(json[at + 1])) at++
      const number = json.slice(start, at + 1)
      if (!Number.isNaN(Number(number)) && String(Number(number)) !== number) {
        marked += `${json.slice(copied, start)}"${mark}${number}"`
        copied = at + 1
      }
    }
  }
  return marked + json.slice(copied)
}

/** The `e` of `true` and `false` is taken for one, too, but is not a number alone. */
function isInNumber(character: string | undefined): boolean {
  return character !== undefined && '0123456789+-.eE'.includes(character)
}

function endOfText(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
