import { showJson } from '../oci/json.ts'

/** In characters: what is longer is not shown. */
const MAX_TEXT = 100

/** Takes an array of things: a lone text would be taken for one thing a letter. */
export function list<T>(name: string, value: readonly T[], wanted = 'an array'): readonly T[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`Cannot push: ${name} has to be ${wanted}, not ${show(value)}`)
}

/** The same for what need not be given. */
export function optionalList<T>(name: string, value: readonly T[] | undefined): readonly T[] | undefined {
  return value === undefined ? undefined : list(name, value)
}

/** Takes the images of an archive. */
export function imagesOf<T>(value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`Cannot push: images has to be the "images" that openArchive gives, not ${show(value)}`)
}

/** Takes an object that can do something. */
export function able<T extends object>(name: string, value: T, methods: ReadonlyArray<keyof T>, remedy: string): T {
  if (methods.every((method) => typeof value?.[method] === 'function')) return value
  throw new TypeError(`Cannot push: ${name} has to be ${remedy}, not ${show(value)}`)
}

/** A value for a message, in a few words. */
export function show(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'string' && value.length > MAX_TEXT) return `a text of ${value.length} characters`
  return typeof value === 'function' ? 'a function' : showJson(value)
}
