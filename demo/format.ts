const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']
const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** A size as Docker writes it, in powers of 1000: `12.3 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** How long something takes, as roughly as it is known: `40 seconds`, `3 minutes`, `2 hours`. */
export function formatDuration(seconds: number): string {
  if (seconds < 55) return formatCount(Math.max(Math.ceil(seconds / 5) * 5, 5), 'second')
  return seconds < 55 * 60
    ? formatCount(Math.ceil(seconds / 60), 'minute')
    : formatCount(Math.ceil(seconds / 3600), 'hour')
}

/** The first twelve digits of a digest, as Docker shortens it. */
export function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12)
}

/** A date of RFC 3339 for people; one that cannot be read stays as it is. */
export function formatDate(text: string): string {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? text : DATE.format(date)
}

export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
