import type { Digest } from '../oci/digest.ts'
import { referrersTag, subjectOfTag } from '../oci/referrer-tag.ts'
import type { ManifestHead } from '../registry/read-manifest.ts'
import { type Candidate, type Candidates, findCandidates, type Search } from './candidates.ts'
import { type Closure, findClosure, type IsReleased } from './closure.ts'
import type { RepositoryReader, TagList, Unread } from './repository-reader.ts'

/** The tags and manifests that were chosen. */
export interface Choice {
  /** Tags to delete. */
  readonly tags: ReadonlySet<string>
  /** Manifests to delete with all their tags. */
  readonly digests: ReadonlySet<Digest>
}

/** The manifests to delete, and the kept ones. */
export interface Settlement {
  /** The manifests to delete, parents before children. */
  readonly going: ReadonlyMap<Digest, Candidate>
  readonly closure: Closure
  /** The candidates that are kept. */
  readonly kept: ReadonlyMap<Digest, Candidate>
  /** The candidates that could not be read. */
  readonly unread: ReadonlyMap<Digest, Unread>
}

/**
 * Decides which manifests to delete: the chosen ones, with their children and referrers, but no manifest that
 * a kept manifest needs. Each decision changes others, so it drops candidates until nothing changes. If
 * a kept manifest could not be read, no manifest is deleted, because that one might need it.
 */
export async function settle(
  reader: RepositoryReader,
  tags: TagList,
  choice: Choice,
  limits: Pick<Search, 'children' | 'referrers' | 'maxBytes'>,
): Promise<Settlement> {
  const { heads } = tags
  const unread = new Map<Digest, Unread>()
  const chosen = rootsOf(heads, choice)
  const candidates = await findCandidates(reader, { roots: chosen, heads, unread, ...limits })
  const kept = new Map<Digest, Candidate>()
  for (;;) {
    const stays = [...heads].filter(([tag, { digest }]) => !goes(tag, digest, choice, candidates))
    const roots = stays.map(([tag, { digest, mediaType }]) => ({ tag, digest, mediaType }))
    const closure = await findClosure(reader, roots, releaseOf(heads, candidates))
    const isBlind = closure.unread.size > 0 || tags.unread.size > 0
    const lost = [...candidates].filter(([digest, candidate]) => {
      return isBlind || closure.digests.has(digest) || isHeld(candidate, candidates)
    })
    if (lost.length === 0) return { going: inOrder(candidates, chosen), closure, kept, unread }
    for (const [digest, candidate] of lost) {
      candidates.delete(digest)
      kept.set(digest, candidate)
    }
  }
}

/** The manifests that were chosen: by their digests, or by all their tags. */
function rootsOf(heads: ReadonlyMap<string, ManifestHead>, choice: Choice): readonly Digest[] {
  const chosen = [...choice.tags].flatMap((tag) => heads.get(tag)?.digest ?? [])
  const roots = new Set([...choice.digests, ...chosen])
  for (const [tag, { digest }] of heads) {
    if (!choice.tags.has(tag) && !choice.digests.has(digest)) roots.delete(digest)
  }
  return [...roots]
}

/** Tells whether a tag goes with its manifest. */
export function goes(
  tag: string,
  digest: Digest,
  choice: Choice,
  going: { readonly has: (digest: Digest) => boolean },
): boolean {
  if (!going.has(digest)) return false
  if (choice.tags.has(tag) || choice.digests.has(digest)) return true
  const subject = subjectOfTag(tag)
  return subject !== undefined && going.has(subject)
}

/** Tells whether a candidate is kept because its parent is kept, or because it is attached to a kept manifest. */
function isHeld({ node, why, parents }: Candidate, candidates: Candidates): boolean {
  if (why === 'chosen') return false
  if (node.subject !== undefined && !candidates.has(node.subject)) return true
  return ![...parents].some((parent) => candidates.has(parent))
}

/** Neither its subject nor the list of that subject's referrers holds a referrer that was chosen. */
function releaseOf(heads: ReadonlyMap<string, ManifestHead>, candidates: Candidates): IsReleased {
  const subjects = new Map<Digest, Digest>()
  const others = new Set<Digest>()
  for (const [tag, { digest }] of heads) {
    const subject = subjectOfTag(tag)
    if (subject && tag === referrersTag(subject)) subjects.set(digest, subject)
    else others.add(digest)
  }
  // Under another tag too, it is not only a list.
  for (const digest of others) subjects.delete(digest)
  return (by, digest, how) => {
    const candidate = candidates.get(digest)
    if (candidate?.why !== 'chosen') return false
    return candidate.node.subject === (how === 'about' ? by : subjects.get(by)) && candidate.node.subject !== undefined
  }
}

/** Puts parents before children, else in the order of the choice. Tags can make a circle, which manifests cannot. */
function inOrder(candidates: Candidates, chosen: readonly Digest[]): ReadonlyMap<Digest, Candidate> {
  const ordered = new Map<Digest, Candidate>()
  const visited = new Set<Digest>()
  const visit = (digest: Digest): void => {
    const candidate = candidates.get(digest)
    if (!candidate || visited.has(digest)) return
    visited.add(digest)
    for (const parent of candidate.parents) visit(parent)
    const parents = new Set([...candidate.parents].filter((parent) => ordered.has(parent)))
    ordered.set(digest, { ...candidate, parents })
  }
  for (const digest of [...chosen, ...[...candidates.keys()].sort()]) visit(digest)
  return ordered
}
