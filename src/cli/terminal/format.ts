const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Formats a number of bytes in decimal units, as Docker does: `7.38 MB`. */
export function formatBytes(bytes: number): string {
  let unit = 0
  let value = bytes
  // 999.5 kB is shown as 1.00 MB.
  while (Math.abs(value) >= (unit === 0 ? 1000 : 999.5) && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** In seconds, the longest first. Months and years have their mean length. */
const AGES = [
  [365.2425 * DAY, 'year'],
  [30.436875 * DAY, 'month'],
  [7 * DAY, 'week'],
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
] as const
/** In milliseconds since 1970. Go writes a date that is not set as that of the year 1. */
const FIRST_YEAR = Date.parse('0002-01-01T00:00:00Z')

/**
 * Formats how long ago something was: `3 days ago`.
 *
 * @param date In RFC 3339.
 * @param now In milliseconds since 1970.
 * @returns an empty text if the date is absent, not set or not valid. A date in the future is returned as a day.
 */
export function formatAge(date: string | undefined, now = Date.now()): string {
  const time = Date.parse(date ?? '')
  if (Number.isNaN(time) || time < FIRST_YEAR) return ''
  const seconds = (now - time) / 1000
  // Clocks differ by some seconds.
  if (seconds < -MINUTE) return new Date(time).toISOString().slice(0, 10)
  for (const [length, name] of AGES) {
    const count = Math.floor(seconds / length)
    if (count >= 1) return `${count} ${name}${count > 1 ? 's' : ''} ago`
  }
  return 'just now'
}

/** Formats a duration in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < MINUTE) return `${whole} s`
  if (whole < HOUR) return withRest(Math.floor(whole / MINUTE), 'min', whole % MINUTE, 's')
  if (whole < DAY) return withRest(Math.floor(whole / HOUR), 'h', Math.floor((whole % HOUR) / MINUTE), 'min')
  return withRest(Math.floor(whole / DAY), 'd', Math.floor((whole % DAY) / HOUR), 'h')
}

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${restUnit}`
}
