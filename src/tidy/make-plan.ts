import { ValidationError } from '../errors.ts'
import { toBase64 } from '../oci/base64.ts'
import type { Digest } from '../oci/digest.ts'
import { referrersTag, subjectOfTag } from '../oci/referrer-tag.ts'
import { entryOf } from '../registry/download/manifest-entry.ts'
import type { Candidate } from './candidates.ts'
import { readChoice } from './choose.ts'
import type { DeleteChoice, PlanDeleteOptions } from './delete-options.ts'
import type { DeletePlan, KeptManifest, PlannedDelete, StayingImage } from './delete-plan.ts'
import { isUnread, type Node, type RepositoryReader, type TagList } from './repository-reader.ts'
import { settle } from './settle.ts'
import { type Settled, whatStays } from './why.ts'

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024

/** Makes a plan; throws what `planDelete` throws. */
export async function makePlan(
  reader: RepositoryReader,
  what: DeleteChoice,
  options: PlanDeleteOptions,
): Promise<DeletePlan> {
  const { children = true, referrers = true, all = false, maxManifestBytes: maxBytes = MAX_MANIFEST_BYTES } = options
  const { registry, repository } = reader
  const choose = readChoice(what)
  const progress = (phase: 'tags' | 'manifests') => (done: number, total: number) =>
    options.onProgress?.({ phase, done, total })
  const tags = await reader.readTags(progress('tags'))
  const choice = await choose(reader, tags, progress('manifests'))
  for (const name of choice.absent) options.onWarning?.(`"${repository}" does not have "${name}".`)
  const settlement = await settle(reader, tags, choice, { children, referrers, maxBytes })
  const settled = { tags, choice, settlement }
  const nodes = new Map([...settlement.going].map(([digest, { node }]) => [digest, node]))
  const whole = await planManifests(reader, settled, nodes)
  const single = await planTags(reader, settled, options.overwriteTags ? 'overwrite' : 'tag', nodes)
  const deletes = [...whole, ...single]
  const stays = whatStays(settled, new Set(deletes.flatMap(({ tags }) => tags)))
  if (!all) refuseToEmpty(repository, tags, stays)
  return {
    ...{ version: 1, registry: registry.url, repository },
    tags: [...tags.heads].map(([tag, { digest }]) => ({ tag, digest })),
    ...{ deletes, manifests: [...nodes.values()].map(keptManifest), stays },
    unread: [...tags.unread, ...settlement.closure.unread, ...settlement.unread].map(([reference, { fault }]) => {
      return { reference, text: fault }
    }),
  }
}

/** Plans the manifests that go. Adds the lists of referrers that lose one to `nodes`. */
async function planManifests(
  reader: RepositoryReader,
  { tags: { heads }, settlement: { going } }: Settled,
  nodes: Map<Digest, Node>,
): Promise<readonly PlannedDelete[]> {
  const deletes: PlannedDelete[] = []
  const named = tagsByDigest(heads)
  for (const [digest, candidate] of going) {
    const { why, parents } = candidate
    const tags = named.get(digest) ?? []
    const list = await findList(reader, heads, candidate)
    const isListed = list && !going.has(list.digest)
    if (isListed) nodes.set(list.digest, list)
    const listed = isListed && { subject: candidate.node.subject as Digest, list: list.digest }
    deletes.push({ digest, way: 'digest', tags, why, after: [...parents], siblings: [], ...(listed && { listed }) })
  }
  return deletes
}

/** Finds the list of referrers that lists a referrer. */
async function findList(
  reader: RepositoryReader,
  heads: TagList['heads'],
  { node: { subject, digest } }: Candidate,
): Promise<Node | undefined> {
  const list = subject && heads.get(referrersTag(subject))
  const node = list && (await reader.read(list.digest))
  return node && !isUnread(node) && node.children.some((child) => child.digest === digest) ? node : undefined
}

/** Plans the tags that are deleted alone, because their manifest is kept. Adds the manifests to `nodes`. */
async function planTags(
  reader: RepositoryReader,
  { tags: { heads }, choice, settlement }: Settled,
  way: 'tag' | 'overwrite',
  nodes: Map<Digest, Node>,
): Promise<readonly PlannedDelete[]> {
  const tags = [...choice.tags].filter((tag) => !settlement.going.has(digestOfTag(heads, tag))).sort()
  const digests = new Set(tags.map((tag) => digestOfTag(heads, tag)))
  await reader.forEach(digests, async (digest) => {
    const node = await reader.read(digest)
    if (node && !isUnread(node)) nodes.set(digest, node)
  })
  const named = tagsByDigest(heads)
  return tags.flatMap((tag) => {
    const digest = digestOfTag(heads, tag)
    const siblings = named.get(digest)?.filter((other) => !choice.tags.has(other)) ?? []
    // Without its bytes it could not be restored.
    if (!nodes.has(digest)) return []
    return [{ digest, way, tags: [tag], why: 'chosen', after: [], siblings } as const]
  })
}

function tagsByDigest(heads: TagList['heads']): ReadonlyMap<Digest, readonly string[]> {
  const named = new Map<Digest, string[]>()
  for (const [tag, { digest }] of heads) {
    const tags = named.get(digest)
    if (tags) tags.push(tag)
    else named.set(digest, [tag])
  }
  return named
}

function digestOfTag(heads: TagList['heads'], tag: string): Digest {
  return heads.get(tag)?.digest as Digest
}

function keptManifest(node: Node): KeptManifest {
  return { ...entryOf(node), content: toBase64(node.bytes) }
}

function refuseToEmpty(repository: string, { heads, unread }: TagList, stays: readonly StayingImage[]): void {
  const isPlain = (tag: string | undefined) => tag !== undefined && subjectOfTag(tag) === undefined
  if (unread.size > 0 || ![...heads.keys()].some(isPlain) || stays.some(({ tag }) => isPlain(tag))) return
  throw new ValidationError('NOTHING_STAYS', `Cannot delete from "${repository}": no tag would stay`, {
    remedy: 'keep some, or pass { all: true } to delete all of them',
  })
}
