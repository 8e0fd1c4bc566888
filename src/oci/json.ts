import { ValidationError } from '../errors.ts'

/** A JSON object of which nothing is known yet. */
export type JsonObject = { readonly [key: string]: unknown }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** So deep may documents be nested: what is written or compared again is walked by recursion. */
const MAX_DEPTH = 500

/**
 * Parses UTF-8 JSON.
 *
 * @param what The document, for the message: `manifest.json`.
 * @throws {ValidationError} if it is not JSON, or not UTF-8, or nested deeper than any honest document
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  const document = parse(bytes, what)
  if (!isDeep(document)) return document
  throw new ValidationError(`Cannot read ${what}: it is nested deeper than ${MAX_DEPTH} levels`, { path: what })
}

function parse(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ValidationError(`Cannot read ${what}: it is not JSON`, { path: what, cause })
  }
}

/** Level by level, since what is too deep cannot be walked by recursion. */
function isDeep(document: unknown): boolean {
  let level: readonly unknown[] = [document]
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const containers = level.filter((value) => typeof value === 'object' && value !== null)
    if (containers.length === 0) return false
    level = containers.flatMap((container) => Object.values(container as object))
  }
  return true
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
