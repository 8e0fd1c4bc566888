import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { Renaming } from '../transfer/rename.ts'

/** Collects the values of an option that can be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

type Pairs = Readonly<Record<string, string>>

/** Collects `NAME=value`. The last value of a name counts. */
export function collectPair(text: string, before: Pairs = {}): Pairs {
  const end = text.indexOf('=')
  if (end <= 0) throw new InvalidArgumentError('Pass NAME=value.')
  return { ...before, [text.slice(0, end)]: text.slice(end + 1) }
}

/** Parses and collects `old=new`. */
export function collectRenaming(text: string, before: readonly Renaming[] = []): readonly Renaming[] {
  const [from, to, ...more] = text.split('=')
  if (!from || !to || more.length > 0)
    throw new InvalidArgumentError('Pass old=new, such as old.example.com/team=new.example.com/team.')
  return [...before, { from, to }]
}

/** Collects limits of the SDK: `entries=200000`. */
export function collectLimit(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [, name, value] = /^(\w+)=(\d{1,15})$/.exec(text) ?? []
  if (name === undefined || name === '__proto__') throw new InvalidArgumentError('Pass NAME=NUMBER.')
  return { ...before, [name]: Number(value) }
}

/** Parses a whole number from 0. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Pass a whole number from 0.')
  return Number(text)
}

/** Parses a whole number from 1. */
export function parsePositiveCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Pass a whole number from 1.')
  return Number(text)
}

/** The longest time that timers have: 2 ** 31 - 1 milliseconds. */
const MAX_SECONDS = 2_147_483

/** Parses a time in seconds, with up to three decimals. */
export function parseSeconds(text: string): number {
  const seconds = /^\d{1,7}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (seconds === 0 || seconds > MAX_SECONDS) {
    throw new InvalidArgumentError(`Pass a number of seconds above 0, up to ${MAX_SECONDS}.`)
  }
  return seconds
}

/** Parses a port. 0 is any free one. */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65536) return Number(text)
  throw new InvalidArgumentError('Pass a number from 0 to 65535.')
}

/** Parses an address to listen on. An empty text, as of a variable that is not set, would be all addresses. */
export function parseHost(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('Pass an address of this machine, such as 127.0.0.1.')
}

/** Parses the address of a page, and returns its origin. */
export function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url.origin
  throw new InvalidArgumentError('Pass the address of a page, such as https://page.example.com.')
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 }

/** Parses bytes per second: `500k`, `10M`, `2.5MiB`. */
export function parseRate(text: string): number {
  const [, number = '', unit = ''] = /^([0-9]+(?:\.[0-9]+)?)(|[kmg]i?)(?:b?(?:\/s)?)$/i.exec(text) ?? []
  const rate = Number(number) * (UNITS[unit.toLowerCase()] ?? 0)
  if (!(rate >= 1)) throw new InvalidArgumentError('Pass bytes per second, such as 500k, 10M or 2.5MiB.')
  return Math.floor(rate)
}

/** Parses a date in RFC 3339, or the word `now`. */
export function parseDate(text: string): Date {
  const date = text === 'now' ? new Date() : readDate(text)
  if (date) return date
  throw new InvalidArgumentError('Pass now, or a date such as 2026-01-31T12:00:00Z.')
}

/** Parses an age, which stays as it is, or a date. */
export function parseAge(text: string): string | Date {
  const age = /^\d{1,6}[hdw]$/.test(text) ? text : readDate(text)
  if (age instanceof Date && age.getTime() > Date.now()) {
    throw new InvalidArgumentError('The date is in the future: each image is older.')
  }
  if (age) return age
  throw new InvalidArgumentError('Pass an age such as 12h, 30d or 8w, or a date such as 2026-01-31.')
}

function readDate(text: string): Date | undefined {
  const date = new Date(text)
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime()) ? date : undefined
}

/** A compression format, and a level if one is given. */
interface Compression {
  readonly format: 'gzip' | 'zstd'
  readonly level?: number
}

/** Parses `gzip`, `zstd`, or either with a level: `zstd:9`. */
export function parseCompression(text: string): Compression {
  const [, format, level] = /^(gzip|zstd)(?::([0-9]{1,2}))?$/.exec(text) ?? []
  if (format !== 'gzip' && format !== 'zstd')
    throw new InvalidArgumentError('Pass gzip, zstd, or one with a level: zstd:9.')
  return { format, ...(level !== undefined && { level: Number(level) }) }
}

/** Parses the number of a user, and perhaps that of a group: `1000:1000`. */
export function parseOwner(text: string): { readonly uid: number; readonly gid: number } {
  const [, uid, gid = uid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? []
  if (uid === undefined) throw new InvalidArgumentError('Pass numbers, such as 1000 or 1000:1000.')
  return { uid: Number(uid), gid: Number(gid) }
}

/** Parses permissions in octal: `755`. */
export function parseMode(text: string): number {
  if (!/^[0-7]{1,5}$/.test(text)) throw new InvalidArgumentError('Pass permissions in octal, such as 755.')
  return Number.parseInt(text, 8)
}
