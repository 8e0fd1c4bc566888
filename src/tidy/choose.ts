import { show } from '../check-options.ts'
import { type Digest, isDigest, parseDigest } from '../oci/digest.ts'
import { parseTag } from '../oci/reference.ts'
import { subjectOfTag } from '../oci/referrer-tag.ts'
import { chooserOf, type TagChoice } from '../registry/tag-choice.ts'
import type { DeleteChoice, RetentionRules } from './delete-options.ts'
import type { RepositoryReader, TagList } from './repository-reader.ts'
import { checkRules, type Judgement, judge } from './retention.ts'
import type { Choice } from './settle.ts'

/** The choice, and why other tags stay. */
export interface Chosen extends Choice, Judgement {
  /** The names that were given, and that the repository does not have. */
  readonly absent: readonly string[]
}

type Choose = (
  reader: RepositoryReader,
  tags: TagList,
  onProgress: (done: number, total: number) => void,
) => Promise<Chosen>

const NOTHING = { digests: new Set<Digest>(), stays: new Map(), absent: [] }

/**
 * Reads what to delete. It checks it before anything is requested.
 *
 * @throws {TypeError} if it is neither tags, digests, a pattern nor rules
 * @throws {ValidationError} if a tag or a digest in a list is not valid
 */
export function readChoice(what: DeleteChoice): Choose {
  if (typeof what === 'string' && what.includes(':')) return byName([parseDigest(what, 'the image to delete')])
  if (Array.isArray(what)) return byName(what.map(parseName))
  if (typeof what === 'string' || typeof what === 'function' || what instanceof RegExp) return byPattern(what)
  if (Object.prototype.toString.call(what) === '[object Object]') return byRules(what as RetentionRules)
  throw new TypeError(
    `Cannot delete ${show(what)}: pass a pattern of tags, a list of tags and digests, or rules such as { keepNewest: 10 }`,
  )
}

function parseName(name: string): string {
  return typeof name === 'string' && name.includes(':') ? parseDigest(name, 'an image to delete') : parseTag(name)
}

function byName(names: readonly string[]): Choose {
  return async (reader, { heads, unread }) => {
    const digests = new Set(names.filter(isDigest))
    const tags = new Set(names.filter((name) => heads.has(name)))
    const absent = names.filter((name) => !isDigest(name) && !heads.has(name) && !unread.has(name))
    await reader.forEach(digests, async (digest) => {
      if ((await reader.read(digest)) === undefined) absent.push(digest)
    })
    return { ...NOTHING, tags, digests, absent }
  }
}

/** A pattern means tags that people set. Tags whose names say what they are about go with that. */
function byPattern(pattern: TagChoice): Choose {
  const isChosen = chooserOf('what', pattern)
  return async (_, { heads }) => {
    const isExact = (tag: string) => tag === pattern
    const tags = [...heads.keys()].filter((tag) => isExact(tag) || (subjectOfTag(tag) === undefined && isChosen(tag)))
    return { ...NOTHING, tags: new Set(tags) }
  }
}

function byRules(given: RetentionRules): Choose {
  const rules = checkRules(given)
  return async (reader, tags, onProgress) => ({ ...NOTHING, ...(await judge(reader, tags, rules, onProgress)) })
}
