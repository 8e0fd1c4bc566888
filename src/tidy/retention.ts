import { natural, choice as oneOf, show } from '../check-options.ts'
import type { Digest } from '../oci/digest.ts'
import { subjectOfTag } from '../oci/referrer-tag.ts'
import { chooserOf } from '../registry/tag-choice.ts'
import type { RetentionRules } from './delete-options.ts'
import type { StayReason } from './delete-plan.ts'
import { parseOlderThan, readImageDate } from './image-date.ts'
import { newestByDate, newestByVersion } from './newest.ts'
import { isUnread, type RepositoryReader, type TagList, unlessUnreadable } from './repository-reader.ts'
import { parseVersion } from './version-order.ts'

/** Why something stays. */
export interface Reason {
  readonly reason: StayReason
  readonly text: string
}

/** The outcome of rules: the tags that go, and why others stay. */
export interface Judgement {
  readonly tags: ReadonlySet<string>
  readonly stays: ReadonlyMap<string, Reason>
}

/** Rules that were checked. */
export interface Rules {
  readonly isMeant: (tag: string) => boolean
  readonly isKept: (tag: string) => boolean
  readonly keepNewest: number | undefined
  readonly by: 'version' | 'date'
  /** In milliseconds since 1970. */
  readonly before: number | undefined
}

const NAMES = ['tags', 'keepNewest', 'by', 'olderThan', 'keep']

/**
 * Checks rules.
 *
 * @throws {TypeError} if one of them has the wrong type or an unknown name, or none of them chooses anything
 * @throws {RangeError} if `keepNewest` is not a whole number from 0
 */
export function checkRules(rules: RetentionRules): Rules {
  const { tags, keepNewest, by = 'date', olderThan, keep } = rules
  const unknown = Object.keys(rules).find((name) => !NAMES.includes(name))
  if (unknown !== undefined)
    throw new TypeError(`Cannot use the rule ${show(unknown)}: the rules are ${NAMES.join(', ')}`)
  if (tags === undefined && keepNewest === undefined && olderThan === undefined) {
    throw new TypeError(
      `Cannot use ${show(rules)} as rules: pass keepNewest, olderThan or tags, as in { keepNewest: 10, keep: 'latest' }`,
    )
  }
  return {
    isMeant: tags === undefined ? () => true : chooserOf('tags', tags),
    isKept: keep === undefined ? () => false : chooserOf('keep', keep),
    keepNewest: keepNewest === undefined ? undefined : natural('keepNewest', keepNewest),
    by: oneOf('by', by, ['version', 'date']),
    before: olderThan === undefined ? undefined : parseOlderThan(olderThan),
  }
}

/** Applies the rules to all tags. An image is deleted only if every given rule allows it. */
export async function judge(
  reader: RepositoryReader,
  { heads }: TagList,
  rules: Rules,
  onProgress: (done: number, total: number) => void,
): Promise<Judgement> {
  const { isMeant, isKept, keepNewest, by, before } = rules
  const meant = [...heads].filter(([tag]) => subjectOfTag(tag) === undefined && isMeant(tag))
  const images = new Map(meant.filter(([tag]) => !isKept(tag)).map(([tag, { digest }]) => [tag, digest]))
  const needsDates = before !== undefined || (keepNewest !== undefined && by === 'date')
  const dates = needsDates ? await readDates(reader, new Set(images.values()), onProgress) : new Map<Digest, Dated>()
  const newest = keepNewest === undefined ? new Set() : rank(images, dates, { by, count: keepNewest })

  function reasonOf(tag: string, digest: Digest): Reason | undefined {
    const dated = dates.get(digest)
    if (dated && typeof dated !== 'number') return dated
    if (newest.has(digest)) return { reason: 'newest', text: `it is one of the newest ${keepNewest} by ${by}` }
    if (keepNewest !== undefined && by === 'version' && !parseVersion(tag)) {
      return { reason: 'no-version', text: 'its tag is not a version' }
    }
    if (before === undefined || (dated !== undefined && dated < before)) return undefined
    return { reason: 'recent', text: `it was made ${new Date(dated ?? 0).toISOString()}` }
  }

  const stays = new Map<string, Reason>()
  for (const [tag] of meant) if (!images.has(tag)) stays.set(tag, { reason: 'kept', text: 'the rule keep names it' })
  for (const [tag, digest] of images) {
    const reason = reasonOf(tag, digest)
    if (reason) stays.set(tag, reason)
  }
  return { tags: new Set([...images.keys()].filter((tag) => !stays.has(tag))), stays }
}

/** When an image was made, in milliseconds since 1970, or why that is not known. */
type Dated = number | Reason

async function readDates(
  { registry, repository, signal, forEach }: RepositoryReader,
  digests: ReadonlySet<Digest>,
  onProgress: (done: number, total: number) => void,
): Promise<ReadonlyMap<Digest, Dated>> {
  const dates = new Map<Digest, Dated>()
  await forEach(digests, async (digest) => {
    const date = await unlessUnreadable(async () => ({
      time: await readImageDate(registry, repository, digest, signal),
    }))
    if (isUnread(date)) dates.set(digest, { reason: 'unread', text: date.fault })
    else dates.set(digest, date?.time ?? { reason: 'no-date', text: 'it has no date, or a date that cannot be right' })
    onProgress(dates.size, digests.size)
  })
  return dates
}

function rank(
  images: ReadonlyMap<string, Digest>,
  dates: ReadonlyMap<Digest, Dated>,
  { by, count }: { readonly by: 'version' | 'date'; readonly count: number },
): ReadonlySet<Digest> {
  if (by === 'version') return newestByVersion(images, count)
  return newestByDate(new Map([...dates].filter((one): one is [Digest, number] => typeof one[1] === 'number')), count)
}
