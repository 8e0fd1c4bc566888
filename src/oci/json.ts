import { ValidationError } from '../errors.ts'

/** A JSON object of which nothing is known yet. */
export type JsonObject = { readonly [key: string]: unknown }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** So deep may documents be nested: what is written or compared again is walked by recursion. */
const MAX_DEPTH = 500
/**
 * Values of one document. Parsed, each takes far more memory than its bytes: `{}` takes more than 60, and a key that no
 * other object has takes hundreds.
 */
export const MAX_VALUES = 500_000

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPENING = [0x5b, 0x7b]
const CLOSING = [0x5d, 0x7d]
const BACKSLASH = 0x5c

/**
 * Parses UTF-8 JSON. Counts its values before it parses it: a key counts as two.
 *
 * @param what The document, for the message: `manifest.json`.
 * @throws {ValidationError} if it is not JSON, or not UTF-8, or has more than 500,000 values, or is nested deeper than
 *   any honest document
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  const { values, depth } = measureJson(bytes)
  if (values > MAX_VALUES) {
    throw new ValidationError('LIMIT_EXCEEDED', `Cannot read ${what}: it has more than ${MAX_VALUES} values`, {
      path: what,
    })
  }
  if (depth > MAX_DEPTH) {
    throw new ValidationError('LIMIT_EXCEEDED', `Cannot read ${what}: it is nested deeper than ${MAX_DEPTH} levels`, {
      path: what,
    })
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ValidationError('IMAGE_INVALID', `Cannot read ${what}: it is not JSON`, { path: what, cause })
  }
}

/**
 * Counts the values of JSON, a key as two and at most one too many for each empty list and object, and the levels of
 * its nesting. Parses nothing.
 */
export function measureJson(bytes: Uint8Array): { readonly values: number; readonly depth: number } {
  let values = 1
  let level = 0
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) at = endOfText(bytes, at)
    else if (byte === COMMA) values++
    else if (byte === COLON) values += 2
    else if (OPENING.includes(byte)) {
      values++
      depth = Math.max(depth, ++level)
    } else if (CLOSING.includes(byte)) level--
  }
  return { values, depth }
}

/** Where the text that starts here has its closing quote. */
function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

/** A value for a message: of lists and objects, which may be of any size, only that they are one. */
export function showJson(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return isJsonObject(value) ? 'an object' : String(JSON.stringify(value))
}

/** A field if it is a text, nothing otherwise: optional fields of other people's documents. */
export function textField(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' ? value : undefined
}

/** A field's texts if it is a list of them, else none. */
export function textListField(object: JsonObject, key: string): readonly string[] {
  const value = object[key]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** A field if it is an object, else an empty one. */
export function objectField(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  return isJsonObject(value) ? value : {}
}

/** The texts by name in a field, such as labels or annotations, without what is not a text. */
export function textFields(object: JsonObject, key: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectField(object, key)).filter((field): field is [string, string] => typeof field[1] === 'string'),
  )
}
