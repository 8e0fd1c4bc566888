import { show } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { isDate } from '../oci/date.ts'
import type { ImageEdits } from './image-edits.ts'

/** The kind of value that each edit takes. */
const KINDS: Readonly<Record<keyof ImageEdits, 'map' | 'list' | 'text' | 'date'>> = {
  annotations: 'map',
  manifestAnnotations: 'map',
  labels: 'map',
  env: 'map',
  cmd: 'list',
  entrypoint: 'list',
  user: 'text',
  workingDir: 'text',
  exposedPorts: 'list',
  volumes: 'list',
  stopSignal: 'text',
  created: 'date',
  author: 'text',
}

const WANTED = {
  map: 'an object of strings, with null for names to remove',
  list: 'an array of strings',
  text: 'a string',
  date: 'a string in RFC 3339, or a Date',
}

const PORT = /^(\d{1,5})(?:\/(?:tcp|udp|sctp))?$/
const MAX_PORT = 65_535

/**
 * Checks edits, and gives those that are set, in the form that they are applied in: ports as `8080/tcp`, the date as a
 * text.
 *
 * @throws {TypeError} if an edit is unknown, or of the wrong type
 * @throws {ValidationError} if a value cannot be in an image
 */
export function checkEdits(edits: ImageEdits): ImageEdits {
  if (Object.prototype.toString.call(edits) !== '[object Object]') {
    throw new TypeError(`Cannot use ${show(edits)} as edits: pass an object such as { labels: { … } }`)
  }
  const set = Object.entries(edits).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) checkEdit(name, value)
  const { created, exposedPorts } = edits
  return {
    ...(Object.fromEntries(set) as ImageEdits),
    ...(created && { created: checkDate(created) }),
    ...(exposedPorts && { exposedPorts: exposedPorts.map(checkPort) }),
  }
}

function checkEdit(name: string, value: unknown): void {
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof ImageEdits] : undefined
  if (!kind) throw new TypeError(`Cannot edit ${name}: it is not an edit; use ${Object.keys(KINDS).join(', ')}`)
  if (value === null) return
  if (kind === 'map') checkMap(name, value)
  else if (kind === 'list') checkList(name, value)
  else if (kind === 'date') checkDate(value as string | Date)
  else if (typeof value !== 'string') throw wrongType(name, value, WANTED.text)
  else checkText(name, value)
  if (name === 'workingDir') checkPath(name, value as string)
  if (name === 'volumes') for (const path of value as readonly string[]) checkPath(name, path)
}

function checkMap(name: string, value: unknown): void {
  // A value may be a secret, so it is not shown.
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw wrongType(name, typeof value === 'string' ? typeof value : value, WANTED.map)
  }
  for (const [key, text] of Object.entries(value as object)) {
    if (key === '') throw notValid(name, key, 'a name is empty', 'give it a name, or leave it out')
    if (name === 'env' && key.includes('=')) {
      const shown = key.slice(0, key.indexOf('=') + 1)
      throw notValid(name, shown, 'the name of a variable has no "="', 'pass { name: value }')
    }
    checkText(name, key)
    // A value may be a secret, so it is not shown.
    if (typeof text === 'string') checkText(name, text, key)
    else if (text !== null && text !== undefined) throw wrongType(`${name}.${key}`, typeof text, 'a string, or null')
  }
}

function checkList(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw wrongType(name, value, WANTED.list)
  for (const item of value) {
    if (typeof item === 'string') checkText(name, item)
    else if (name !== 'exposedPorts' || typeof item !== 'number')
      throw wrongType(`an item of ${name}`, item, 'a string')
  }
}

/**
 * Checks the date of an image, and returns it as a text.
 *
 * @throws {TypeError} if it is neither a text nor a `Date`
 * @throws {ValidationError} if it is not a date in RFC 3339
 */
export function checkDate(value: string | Date): string {
  if (typeof value !== 'string' && !(value instanceof Date)) throw wrongType('created', value, WANTED.date)
  const text = typeof value === 'string' ? value : (value.toJSON() ?? String(value))
  if (isDate(text)) return text
  throw notValid('created', text, 'it is not a date in RFC 3339', 'write it as "2026-01-31T12:00:00Z"')
}

function checkPort(port: string | number): string {
  const number = PORT.exec(String(port))?.[1]
  if (number === undefined || Number(number) < 1 || Number(number) > MAX_PORT) {
    throw notValid('exposedPorts', String(port), 'it is not a port', 'use 1 to 65535, and perhaps /tcp, /udp or /sctp')
  }
  const [, protocol = 'tcp'] = String(port).split('/')
  return `${Number(number)}/${protocol}`
}

/** Images for Windows have paths with a drive. */
function checkPath(name: string, path: string): void {
  if (/^(?:\/|[A-Za-z]:)/.test(path)) return
  throw notValid(name, path, 'it is not an absolute path', 'begin it with "/"')
}

/** Systems end texts at a null character. */
function checkText(name: string, text: string, shown = text): void {
  if (text.includes('\0')) throw notValid(name, shown, 'it has a null character', 'leave the character out')
}

function wrongType(name: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`Cannot edit ${name}: it has to be ${wanted}, not ${show(value)}`)
}

function notValid(name: string, input: string, fault: string, remedy: string): ValidationError {
  return new ValidationError('SETTING_INVALID', `Cannot edit ${name}: ${show(input)} is not valid, since ${fault}`, {
    remedy,
    input,
  })
}
