const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']
const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** A size as Docker writes it, in powers of 1000: `12.3 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** How long something takes, to about a tenth: `40 seconds`, `2 minutes 20 seconds`, `1 hour 10 minutes`. */
export function formatDuration(seconds: number): string {
  if (seconds < 20) return formatCount(Math.max(Math.round(seconds), 1), 'second')
  if (seconds < 57.5) return formatCount(Math.round(seconds / 5) * 5, 'second')
  if (seconds < 595) return formatParts(Math.round(seconds / 10) * 10, 60, 'minute', 'second')
  if (seconds < 59.5 * 60) return formatCount(Math.round(seconds / 60), 'minute')
  return formatParts(Math.round(seconds / 600) * 10, 60, 'hour', 'minute')
}

/** Both units of a count of the smaller one, the second only if there are some. */
function formatParts(count: number, perLarger: number, larger: string, smaller: string): string {
  const rest = count % perLarger
  const whole = formatCount((count - rest) / perLarger, larger)
  return rest === 0 ? whole : `${whole} ${formatCount(rest, smaller)}`
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
