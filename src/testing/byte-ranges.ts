/** A part of a blob in bytes, `[start, end)`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The forms of `Range` that a registry understands. `all`: those of RFC 9110, as Go's `http.ServeContent` reads them,
 * but `bytes=-0` selects nothing. `one`: only `bytes=<first>-<last>` and `bytes=<first>-`.
 */
export type RangeForms = 'all' | 'one'

/** The parts to send; `whole` if the header is to be ignored. */
type SelectedRanges = readonly ByteRange[] | 'whole' | 'malformed' | 'past-end'

/** Reads a `Range` header for a blob of `size` bytes. */
export function selectRanges(header: string, size: number, forms: RangeForms): SelectedRanges {
  return forms === 'one' ? selectOne(header, size) : selectAll(header, size)
}

function selectOne(header: string, size: number): SelectedRanges {
  const [, first, last] = /^bytes=([0-9]{1,18})-([0-9]{0,18})$/.exec(header) ?? []
  if (first === undefined || (last && Number(last) < Number(first))) return 'malformed'
  return Number(first) < size ? [{ start: Number(first), end: endOf(last, size) }] : 'past-end'
}

/** RFC 9110 § Range Requests: parts beyond the end do not count if another part is within the blob. */
function selectAll(header: string, size: number): SelectedRanges {
  if (!header.startsWith('bytes=')) return 'malformed'
  const parts = header
    .slice('bytes='.length)
    .split(',')
    .flatMap((part) => part.trim() || [])
  const ranges: ByteRange[] = []
  for (const part of parts) {
    const [, first, last] = /^(\+?[0-9]{1,18})?\s*-\s*(\+?[0-9]{1,18})?$/.exec(part) ?? []
    if (first === undefined && last === undefined) return 'malformed'
    if (first !== undefined && last !== undefined && Number(last) < Number(first)) return 'malformed'
    const start = first === undefined ? Math.max(size - Number(last), 0) : Number(first)
    const end = first === undefined ? size : endOf(last, size)
    if (start < size) ranges.push({ start, end })
  }
  // Nothing of an empty blob can be selected.
  if (ranges.length === 0 && parts.length > 0) return size === 0 ? 'whole' : 'past-end'
  const selected = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  return ranges.length === 0 || selected > size ? 'whole' : ranges
}

/** Returns the end of a range whose last byte is given, or that has none. */
function endOf(last: string | undefined, size: number): number {
  return last ? Math.min(Number(last) + 1, size) : size
}
