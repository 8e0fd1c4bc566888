import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { Renaming } from '../transfer/rename.ts'

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

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 }

/** Parses bytes per second: `500k`, `10M`, `2.5MiB`. */
export function parseRate(text: string): number {
  const [, number = '', unit = ''] = /^([0-9]+(?:\.[0-9]+)?)(|[kmg]i?)(?:b?(?:\/s)?)$/i.exec(text) ?? []
  const rate = Number(number) * (UNITS[unit.toLowerCase()] ?? 0)
  if (!(rate >= 1)) throw new InvalidArgumentError('Pass bytes per second, such as 500k, 10M or 2.5MiB.')
  return Math.floor(rate)
}

/** Parses a whole number from 1. */
export function parseCount(text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new InvalidArgumentError('Pass a whole number from 1.')
  return Number(text)
}

/** Parses and collects `old=new`. */
export function collectRenaming(text: string, before: readonly Renaming[] = []): readonly Renaming[] {
  const [from, to, ...more] = text.split('=')
  if (!from || !to || more.length > 0)
    throw new InvalidArgumentError('Pass old=new, such as old.example.com/team=new.example.com/team.')
  return [...before, { from, to }]
}
