import { showJson } from './oci/json.ts'

/** In characters: what is longer is not shown. */
const MAX_TEXT = 100

/** Takes an array of things: a lone text would be taken for one thing a letter. */
export function list<T>(name: string, value: readonly T[], wanted = 'an array'): readonly T[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`Cannot use ${name}: it has to be ${wanted}, not ${show(value)}`)
}

/** The same for what need not be given. */
export function optionalList<T>(name: string, value: readonly T[] | undefined): readonly T[] | undefined {
  return value === undefined ? undefined : list(name, value)
}

/** Takes one of the words that an option may be. */
export function choice<T extends string>(name: string, value: T, words: readonly T[]): T {
  if (words.includes(value)) return value
  throw new TypeError(`Cannot use ${name}: it has to be "${words.join('" or "')}", not ${show(value)}`)
}

/** The same for what need not be given. */
export function optionalText(name: string, value: string | undefined, wanted: string): string | undefined {
  return value === undefined ? undefined : text(name, value, wanted)
}

/** Takes an image. */
export function imageOf<T extends { readonly manifest: unknown; readonly children: unknown }>(value: T): T {
  // The results of getManifest and getImageInfo have a manifest, too.
  if (value?.manifest && Array.isArray(value.children)) return value
  throw new TypeError(
    `Cannot use ${show(value)} as an image: pass what openImage resolves to, or one of "images" of openArchive`,
  )
}

/** Takes the images of an archive. */
export function imagesOf<T>(value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`Cannot use images: it has to be the "images" that openArchive gives, not ${show(value)}`)
}

/**
 * Takes the options of a call. A text would be taken for an object without options, and so would a stream.
 *
 * @param wanted What to pass instead.
 */
export function optionsOf<T extends object>(options: T, wanted = 'an object such as { signal }'): T {
  const isObject = Object.prototype.toString.call(options) === '[object Object]'
  // Node's own streams look like plain objects.
  if (!isObject || 'pipe' in options) throw new TypeError(`Cannot use ${show(options)} as options: pass ${wanted}`)
  const { signal } = options as { readonly signal?: AbortSignal }
  if (signal && typeof signal.throwIfAborted !== 'function')
    throw new TypeError(`Cannot use signal: it is ${show(signal)}, not an AbortSignal; pass controller.signal`)
  return options
}

/** Refuses `to` where nothing is written to a path. */
export function withoutPath(options: object, remedy: string): void {
  if ((options as { readonly to?: unknown }).to === undefined) return
  throw new TypeError(`Cannot write to a path here: ${remedy}`)
}

/** Takes a text that comes before the options of a call. */
export function text(name: string, value: string, wanted: string): string {
  if (typeof value === 'string') return value
  if (value === undefined) throw new TypeError(`Cannot use ${name}: it is missing; pass ${wanted}`)
  const hint = typeof value === 'object' ? '; options come last' : ''
  throw new TypeError(`Cannot use ${name}: it has to be ${wanted}, not ${show(value)}${hint}`)
}

/** Takes the name of an image in a registry: its repository, and a tag or a digest. */
export function checkImageName(repository: string, reference: string): void {
  text('repository', repository, 'the name of a repository, such as "team/app"')
  text('reference', reference, 'a tag or a digest')
}

/** Takes an object that can do something. */
export function able<T extends object>(name: string, value: T, methods: ReadonlyArray<keyof T>, remedy: string): T {
  if (methods.every((method) => typeof value?.[method] === 'function')) return value
  throw new TypeError(`Cannot use ${name}: it has to be ${remedy}, not ${show(value)}`)
}

/** A value for a message, in a few words. A URL may have a password in it. */
export function show(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  if (value instanceof URL || (typeof value === 'string' && value.includes('://'))) return 'a URL'
  if (typeof value === 'string' && value.length > MAX_TEXT) return `a string of ${value.length} characters`
  return typeof value === 'function' ? 'a function' : showJson(value)
}

/** Takes a number of things of which there has to be one at least. */
export function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`Cannot use ${name}: it has to be a whole number above 0, not ${showNumber(value)}`)
}

/** Takes a number of things of which there may be none. */
export function natural(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`Cannot use ${name}: it has to be a whole number from 0, not ${showNumber(value)}`)
}

/** Takes a number of bytes a second, or `Infinity` for no limit. */
export function rate(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value
  throw new RangeError(
    `Cannot use ${name}: it has to be a number of bytes above 0, or Infinity for no limit, not ${showNumber(value)}`,
  )
}

/** A text that looks like a number is told from one. */
function showNumber(value: unknown): string {
  return typeof value === 'number' ? String(value) : show(value)
}
