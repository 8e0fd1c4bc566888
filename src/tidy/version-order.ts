/** The version in a tag. */
export interface Version {
  /** The text before the number, without a `v`: `debian-` in `debian-12.5`. Versions compare within one series. */
  readonly series: string
  /** The digits of its numbers: 12 and 5. */
  readonly numbers: readonly string[]
  /** The rest, cut where digits begin and end: `rc`, 2. A version without it comes after those with it. */
  readonly rest: readonly string[]
}

/** A commit's hash, or its start. Digits alone may be a date. */
const HASH = /^(?=[0-9]*[a-f])[0-9a-f]{7,64}$/i
/** Series whose numbers are hashes that have no letter by chance. */
const HASHES = /^(?:sha|git|commit|rev)[._-]/i

/**
 * Reads the version in a tag: `1.2.3`, `v2`, `1.27.0-rc.1`, `20240131`, `debian-12.5`.
 *
 * @returns `undefined` if the tag is no version: `latest`, `main`, a commit's hash
 */
export function parseVersion(tag: string): Version | undefined {
  const start = tag.search(/\d/)
  const before = tag.slice(0, Math.max(start, 0))
  const text = tag.slice(before.length)
  const series = before.replace(/v$/i, '').toLowerCase()
  const isPlain = series === '' || /[._-]$/.test(series)
  if (start < 0 || !isPlain || HASHES.test(series) || HASH.test(text)) return undefined
  const numbers = /^\d+(?:\.\d+)*/.exec(text)?.[0] ?? ''
  const rest = text.slice(numbers.length).split(/[._-]/)
  // A hash in it says nothing of the order.
  const parts = rest.filter((part) => !HASH.test(part)).flatMap((part) => part.match(/\d+|[a-z]+/gi) ?? [])
  return { series, numbers: numbers.split('.'), rest: parts }
}

/**
 * Compares two versions of one series, as semver does: `1.9` < `1.10-rc.1` < `1.10` = `1.10.0`. Digits in the rest
 * compare as numbers (`rc9` < `rc10`).
 *
 * @returns a number below 0 if the first version is older, above 0 if it is newer, 0 if neither is
 */
export function compareVersions(one: Version, other: Version): number {
  for (let index = 0; index < Math.max(one.numbers.length, other.numbers.length); index++) {
    const order = compareDigits(one.numbers[index] ?? '0', other.numbers[index] ?? '0')
    if (order !== 0) return order
  }
  if (one.rest.length === 0 || other.rest.length === 0) return other.rest.length - one.rest.length
  for (const [index, part] of one.rest.entries()) {
    const order = compareParts(part, other.rest[index])
    if (order !== 0) return order
  }
  return one.rest.length - other.rest.length
}

/** Numbers come before words, and the end before both (semver § 11). */
function compareParts(one: string, other: string | undefined): number {
  if (other === undefined) return 1
  const [isNumber, isOtherNumber] = [/^\d/.test(one), /^\d/.test(other)]
  if (isNumber && isOtherNumber) return compareDigits(one, other)
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1
  return compareTexts(one.toLowerCase(), other.toLowerCase())
}

/** Compares numbers of any length. */
function compareDigits(one: string, other: string): number {
  const [digits, others] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')]
  return digits.length - others.length || compareTexts(digits, others)
}

/** Compares texts by their code units, as `sort` does. */
export function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}
