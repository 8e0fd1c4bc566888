import { ValidationError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import { referrersTag, subjectOfTag } from '../oci/referrer-tag.ts'
import type { ManifestHead } from '../registry/read-manifest.ts'
import { isUnread, type Node, type RepositoryReader, type Unread } from './repository-reader.ts'

/** A manifest that may go. */
export interface Candidate {
  readonly node: Node
  /** Chosen by name, listed by an index that may go, or about a manifest that may go. */
  readonly why: 'chosen' | 'child' | 'referrer'
  /** The candidates that list it or that it is about. */
  readonly parents: Set<Digest>
}

export type Candidates = Map<Digest, Candidate>

/** Where candidates are looked for. */
export interface Search {
  readonly roots: readonly Digest[]
  readonly heads: ReadonlyMap<string, ManifestHead>
  readonly children: boolean
  readonly referrers: boolean
  /** In bytes, of all candidates together. */
  readonly maxBytes: number
  /** Gets what could not be read. */
  readonly unread: Map<Digest, Unread>
}

interface Step {
  readonly digest: Digest
  readonly why: Candidate['why']
  readonly parent?: Digest
  /** The manifest that it has to be about. */
  readonly about?: Digest
  /** The manifest whose list of referrers it is: the list is followed whatever is asked of children. */
  readonly listOf?: Digest
}

/**
 * Finds what may go: the manifests that were chosen, what they list, and what is about them, at any depth.
 *
 * @throws {ValidationError} if they are larger than the limit
 */
export async function findCandidates(reader: RepositoryReader, search: Search): Promise<Candidates> {
  const { roots, unread, maxBytes } = search
  const candidates: Candidates = new Map()
  const aboutTags = tagsBySubject(search.heads)
  let bytes = 0

  async function visit(step: Step): Promise<readonly Step[]> {
    const { digest, why, parent, about } = step
    const node = await reader.read(digest)
    if (isUnread(node)) unread.set(digest, node)
    if (!node || isUnread(node) || (about && node.subject !== about)) return []
    const known = candidates.get(digest)
    if (known) {
      if (parent) known.parents.add(parent)
      return []
    }
    bytes += node.size
    if (bytes > maxBytes) throw tooLarge(reader.repository, maxBytes)
    candidates.set(digest, { node, why, parents: new Set(parent ? [parent] : []) })
    return [...childSteps(step, node, search), ...(search.referrers ? await referrerSteps(digest) : [])]
  }

  async function referrerSteps(subject: Digest): Promise<readonly Step[]> {
    const referrer = { why: 'referrer', parent: subject } as const
    const tagged = (aboutTags.get(subject) ?? []).map(({ tag, digest }) => {
      return { ...referrer, digest, ...(tag === referrersTag(subject) && { listOf: subject }) }
    })
    const listed = await reader.listReferrers(subject)
    if (isUnread(listed)) unread.set(subject, listed)
    const untagged = isUnread(listed) ? [] : listed.map(({ digest }) => ({ ...referrer, digest, about: subject }))
    return [...tagged, ...untagged]
  }

  let level: readonly Step[] = roots.map((digest) => ({ digest, why: 'chosen' }))
  while (level.length > 0) {
    const next: Step[] = []
    await reader.forEach(level, async (step) => {
      next.push(...(await visit(step)))
    })
    level = next
  }
  // One that was chosen has parents too.
  for (const [digest, { node }] of candidates) {
    for (const child of node.children) candidates.get(child.digest)?.parents.add(digest)
  }
  return candidates
}

function childSteps({ digest: parent, listOf }: Step, { children }: Node, search: Search): readonly Step[] {
  if (listOf) return children.map(({ digest }) => ({ digest, why: 'referrer', parent, about: listOf }))
  return search.children ? children.map(({ digest }) => ({ digest, why: 'child', parent })) : []
}

/** The tags whose names say that they are about a manifest. */
function tagsBySubject(heads: ReadonlyMap<string, ManifestHead>) {
  const tags = new Map<Digest, { readonly tag: string; readonly digest: Digest }[]>()
  for (const [tag, { digest }] of heads) {
    const subject = subjectOfTag(tag)
    if (subject) tags.set(subject, [...(tags.get(subject) ?? []), { tag, digest }])
  }
  return tags
}

function tooLarge(repository: string, limit: number): ValidationError {
  return new ValidationError(
    'LIMIT_EXCEEDED',
    `Cannot plan a delete in "${repository}": the manifests to delete have more than ${limit} bytes`,
    { remedy: 'choose fewer tags, or raise { maxManifestBytes }' },
  )
}
