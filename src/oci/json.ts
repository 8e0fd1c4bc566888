import { ValidationError } from '../errors.ts'

/** A JSON object of which nothing is known yet. */
export type JsonObject = { readonly [key: string]: unknown }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Parses UTF-8 JSON.
 *
 * @param what The document, for the message: `manifest.json`.
 * @throws {ValidationError} if it is not JSON, or not UTF-8
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ValidationError(`Cannot read ${what}: it is not JSON`, { path: what, cause })
  }
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
