import { type Digest, shortDigest } from '../oci/digest.ts'
import { subjectOfTag } from '../oci/referrer-tag.ts'
import type { Chosen } from './choose.ts'
import type { StayingImage } from './delete-plan.ts'
import type { TagList } from './repository-reader.ts'
import type { Reason } from './retention.ts'
import type { Settlement } from './settle.ts'

/** The things that a plan is made from. */
export interface Settled {
  readonly tags: TagList
  readonly choice: Chosen
  readonly settlement: Settlement
}

/**
 * Says of everything that stays why it stays: each tag, and each manifest that was chosen or that would have gone
 * along.
 *
 * @param deletedTags The tags that go, alone or with their manifests.
 */
export function whatStays(settled: Settled, deletedTags: ReadonlySet<string>): readonly StayingImage[] {
  const { tags, choice, settlement } = settled
  const stays: StayingImage[] = []
  for (const [tag, { digest }] of tags.heads) {
    if (!deletedTags.has(tag)) stays.push({ digest, tag, ...whyTagStays(settled, tag, digest, deletedTags) })
  }
  const tagged = new Set(stays.map(({ digest }) => digest))
  const chosen = [...deletedTags].flatMap((tag) => tags.heads.get(tag)?.digest ?? [])
  for (const digest of new Set([...choice.digests, ...chosen, ...settlement.kept.keys()])) {
    const isThere = !settlement.going.has(digest) && (settlement.kept.has(digest) || !choice.digests.has(digest))
    if (isThere && !tagged.has(digest)) stays.push({ digest, ...whyManifestStays(settled, digest, deletedTags) })
  }
  return stays
}

function whyTagStays(settled: Settled, tag: string, digest: Digest, deletedTags: ReadonlySet<string>): Reason {
  const { choice, settlement } = settled
  const unread = settlement.unread.get(digest)
  if (choice.tags.has(tag) && unread) return { reason: 'unread', text: unread.fault }
  if (choice.digests.has(digest)) return whyManifestStays(settled, digest, deletedTags)
  const subject = subjectOfTag(tag)
  const isAbout = { reason: 'referrer', text: `by its name, it belongs to ${subject}` } as const
  const notChosen = { reason: 'not-chosen', text: 'it was not chosen' } as const
  return choice.stays.get(tag) ?? (subject ? isAbout : notChosen)
}

/** Says why a manifest stays that no staying tag explains. */
export function whyManifestStays(
  { tags, settlement }: Settled,
  digest: Digest,
  deletedTags: ReadonlySet<string>,
): Reason {
  const { closure, unread, kept } = settlement
  const fault = unread.get(digest)?.fault
  if (fault !== undefined) return { reason: 'unread', text: fault }
  const siblings = [...tags.heads].filter(([tag, head]) => head.digest === digest && !deletedTags.has(tag))
  if (siblings.length > 0) {
    const names = siblings.map(([tag]) => `"${tag}"`).join(', ')
    return { reason: 'shared', text: `${names} ${siblings.length === 1 ? 'names' : 'name'} the same manifest` }
  }
  const need = closure.needs.get(digest)
  if (need?.how === 'listed') {
    return {
      reason: 'listed',
      text: `the index ${shortDigest(need.by)} lists it, and the tag "${need.tag}" needs that index`,
    }
  }
  const subject = need?.by ?? kept.get(digest)?.node.subject
  const blind = tags.unread.keys().next().value ?? closure.unread.keys().next().value
  if (blind !== undefined && !need) {
    return { reason: 'unknown', text: `"${blind}" is kept and could not be read: it may need this manifest` }
  }
  return { reason: 'referrer', text: `it is attached to ${subject ?? 'an image that is kept'}` }
}
