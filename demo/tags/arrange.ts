import { matchesPattern } from 'registry-api-v2-client'
import type { TagRow } from '../worker/tags.ts'

/** The orders of a list of tags. */
export const ORDERS = ['version', 'name', 'newest', 'oldest', 'largest', 'smallest'] as const
export type Order = (typeof ORDERS)[number]

/** The tags that tools make for what is about an image: cosign's, and the list of referrers. */
const ABOUT = /^sha256-[0-9a-f]{64}(?:\.\w+)?$/

/** Tells whether a tag is one of a tool, for a signature or another thing about an image. */
export function isAbout(tag: string): boolean {
  return ABOUT.test(tag)
}

/** The tags that a text is about: a pattern if it has `*` or `?`, else a part of the name. */
export function filterTags(tags: readonly string[], text: string): readonly string[] {
  const wanted = text.trim().toLowerCase()
  if (!wanted) return tags
  const isPattern = /[*?]/.test(wanted)
  return tags.filter((tag) => {
    const name = tag.toLowerCase()
    return isPattern ? matchesPattern(name, wanted) : name.includes(wanted)
  })
}

/**
 * Puts tags in an order. A tag whose date or size is not known comes last.
 *
 * @param tags By version, the newest first.
 */
export function orderTags(tags: readonly string[], rows: ReadonlyMap<string, TagRow>, order: Order): readonly string[] {
  if (order === 'version') return tags
  if (order === 'name') return tags.toSorted((one, other) => (one < other ? -1 : 1))
  const keyOf = order === 'newest' || order === 'oldest' ? timeOf : sizeOf
  const isDescending = order === 'newest' || order === 'largest'
  const values = new Map(tags.map((tag) => [tag, keyOf(rows.get(tag))]))
  return tags.toSorted((one, other) => {
    const [a, b] = [values.get(one), values.get(other)]
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
    return isDescending ? b - a : a - b
  })
}

/** Before the first image of Docker. Builds that are to be the same each time set dates such as 1970. */
const FIRST = Date.parse('2013-01-01T00:00:00Z')

/** Tells whether an image can have been made then. */
export function isRealDate(rfc3339: string): boolean {
  return Date.parse(rfc3339) >= FIRST
}

function timeOf(row: TagRow | undefined): number | undefined {
  return row?.created !== undefined && isRealDate(row.created) ? Date.parse(row.created) : undefined
}

function sizeOf(row: TagRow | undefined): number | undefined {
  return row?.totalSize
}
