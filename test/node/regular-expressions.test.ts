import { describe, expect, it } from 'vitest'
import { openRegistry, parseRepositoryTag } from '../../src/index.ts'
import { findRegularExpressions } from '../support/regular-expressions.ts'

const SHORT = 64 * 1024
const LONG = 256 * 1024
/** In milliseconds. What takes less is not compared. */
const FLOOR = 20
/** In milliseconds for a short text. Cubic time for the long one is still below the floor. */
const HARMLESS = FLOOR / 4 ** 3

const { literals, separators, made } = findRegularExpressions('src')

const PREFIXES = [
  ...[
    '',
    '<',
    '"',
    'a="',
    '[',
    '0',
    'a:',
    'Bearer ',
    'https://',
    'v2/',
    '/v2/',
    '/v2/a/',
    'sha256:',
    'bytes=',
    'repository:',
  ],
]
const UNITS = [
  ...[' ', '\t', '\n', '\r\n', '\0', 'a', 'A', '-', ',', '"', '\\', '/', ':', '=', '.', ';', '0', '7', '<', '%', '_'],
  ...['@', '#', '{', '[', 'a,', 'a="', ' ,', ' ;', ', ', '; ', 'a=', ' =', 'a.', 'a-', 'a:', 'a/', '0.', '0-', '//'],
  ...['://', '../', '\\"', '"\\', '<a', '<a>', 'a=a,', 'a="",', '<a>;', ';a="', ';a=a', 'a a', '#\n', '.tar', 'v2/'],
  ...[
    '/tags/list',
    '/blobs',
    '/layer.tar',
    '-docker',
    'no-',
    "it '",
    ", a '",
    'localhost.',
    '127.',
    '{a',
    ' \0',
    '0\0',
  ],
  ...['-----BEGIN CERTIFICATE-----', '\u{10ffff}', '\ud800'],
]
/** Most expressions do not match what ends so. */
const SUFFIXES = ['', '!', '\0!']

const repeated = (prefix: string, unit: string, suffix: string, length: number) =>
  // Encoded and decoded, it is one piece of memory: an engine joins the pieces of a text at its first use.
  Buffer.from(prefix + unit.repeat(Math.ceil(length / unit.length)) + suffix, 'utf16le').toString('utf16le')

/** Reads a text as the sources do: flags and calls say how. */
function read(expression: RegExp, text: string): void {
  expression.lastIndex = 0
  if (!expression.global) expression.test(text)
  else {
    text.replaceAll(expression, '')
    for (const _ of text.matchAll(expression));
  }
  if (separators.has(expression)) text.split(expression)
}

/** The processor's time, in milliseconds. It does not count the time in which other processes run. */
function timeOf(act: () => void): number {
  const start = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** The least of some times: compilation and garbage collection only add to it. */
const leastTimeOf = (act: () => void) => Math.min(...Array.from({ length: 3 }, () => timeOf(act)))

/** Tells whether the fourfold text takes less than ten times the time. Quadratic time would be sixteen times. */
function isLinear(expression: RegExp, short: string, long: string): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    const shortTime = leastTimeOf(() => read(expression, short))
    if (shortTime < HARMLESS || leastTimeOf(() => read(expression, long)) < Math.max(FLOOR, 10 * shortTime)) return true
  }
  return false
}

describe('the regular expressions of the sources', () => {
  it('are found', () => {
    expect(literals.length).toBeGreaterThan(100)
    const kinds = literals.map(({ flags }) => flags)
    expect(kinds).toEqual(expect.arrayContaining(['', 'g', 'gs', 'gu', 'i', 's', 'sy', 'y']))
    expect(separators.size).toBeGreaterThan(1)
  })

  it.each(UNITS)('take linear time for 256 kB of %j', { timeout: 60_000 }, (unit) => {
    for (const prefix of PREFIXES) {
      for (const suffix of SUFFIXES) {
        const short = repeated(prefix, unit, suffix, SHORT)
        let long: string | undefined
        for (const expression of literals) {
          // Others find the text without the prefix, too.
          if (prefix !== '' && !expression.source.includes('^') && !expression.sticky) continue
          if (timeOf(() => read(expression, short)) < HARMLESS) continue
          long ??= repeated(prefix, unit, suffix, LONG)
          expect(isLinear(expression, short, long), `${expression} of ${JSON.stringify([prefix, unit, suffix])}`).toBe(
            true,
          )
        }
      }
    }
  })

  it('that are made of parts take linear time, too', () => {
    // Of what reads names and hosts.
    expect(made.length).toBe(2)
    for (const unit of UNITS) {
      for (const suffix of SUFFIXES) {
        for (const parse of [parseRepositoryTag, openRegistry]) {
          const text = repeated('', unit, suffix, LONG)
          const attempt = () => {
            try {
              parse(text)
            } catch {
              // Most are refused.
            }
          }
          expect(leastTimeOf(attempt), `${parse.name} of ${JSON.stringify([unit, suffix])}`).toBeLessThan(100)
        }
      }
    }
  })
})
