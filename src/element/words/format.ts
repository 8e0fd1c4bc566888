import { computed } from 'nanostores'
import { $language, type Language } from './locale.ts'

/** Writes figures and dates in the language of the page. */
interface Formats {
  /** A size as Docker writes it, in powers of 1000: `12.3 MB`. */
  bytes(bytes: number): string
  /** `12,345` */
  number(value: number): string
  /** How long something takes, to about a tenth: `40 seconds`, `2 minutes, 20 seconds`. */
  duration(seconds: number): string
  /** `Jan 1, 2026, 12:30 PM`. The text as it is, if it is no date. */
  date(rfc3339: string): string
  /** `3 days ago`. The text as it is, if it is no date. */
  age(rfc3339: string, now?: number): string
  /** `a, b and c` */
  list(parts: readonly string[]): string
}

export const $formats = computed($language, createFormats)

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const AGES = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

function createFormats(language: Language): Formats {
  const units = UNITS.map((unit) => {
    const unitDisplay = unit === 'byte' ? 'long' : 'short'
    return [0, 1].map(
      (digits) =>
        // 12.0 MB and 12.3 MB: a figure that changes keeps its width.
        new Intl.NumberFormat(language, {
          style: 'unit',
          unit,
          unitDisplay,
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        }),
    )
  })
  const numbers = new Intl.NumberFormat(language)
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const ages = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const lists = new Intl.ListFormat(language)

  return {
    bytes(bytes) {
      let value = bytes
      let unit = 0
      for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000
      return units[unit]?.[unit === 0 || value >= 99.5 ? 0 : 1]?.format(value) ?? ''
    },
    number: (value) => numbers.format(value),
    duration: (seconds) => formatDuration(language, seconds),
    date(rfc3339) {
      const date = new Date(rfc3339)
      return Number.isNaN(date.getTime()) ? rfc3339 : dates.format(date)
    },
    age(rfc3339, now = Date.now()) {
      const seconds = (new Date(rfc3339).getTime() - now) / 1000
      if (Number.isNaN(seconds)) return rfc3339
      const [unit, length] = AGES.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
      return ages.format(Math.trunc(seconds / length), unit)
    },
    list: (parts) => lists.format(parts),
  }
}

/** Rounds to about a tenth, and writes at most two units. */
function formatDuration(language: Language, seconds: number): string {
  if (seconds < 20) return write({ seconds: Math.max(Math.round(seconds), 1) })
  if (seconds < 57.5) return write({ seconds: Math.round(seconds / 5) * 5 })
  if (seconds < 595) return write(split(Math.round(seconds / 10) * 10, 'minutes', 'seconds'))
  if (seconds < 59.5 * 60) return write({ minutes: Math.round(seconds / 60) })
  return write(split(Math.round(seconds / 600) * 10, 'hours', 'minutes'))

  function write(parts: Record<string, number>): string {
    const texts = Object.entries(parts)
      .filter(([, value]) => value > 0)
      .map(([unit, value]) =>
        new Intl.NumberFormat(language, { style: 'unit', unit: unit.slice(0, -1), unitDisplay: 'long' }).format(value),
      )
    return texts.join(' ')
  }
}

function split(count: number, larger: string, smaller: string): Record<string, number> {
  return { [larger]: Math.floor(count / 60), [smaller]: count % 60 }
}

/** The first twelve digits of a digest, as Docker shortens it. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12)
}
