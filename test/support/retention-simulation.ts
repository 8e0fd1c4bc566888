import fc from 'fast-check'
import { expect } from 'vitest'
import type {
  DeleteChoice,
  DeletePlan,
  DeleteResult,
  Digest,
  PlanDeleteOptions,
  RetentionRules,
} from '../../src/index.ts'
import { type BuiltRepository, VERSIONS } from './repository-arbitrary.ts'

/** What to delete, of a repository that is not built yet: digests are positions. */
export interface ChoiceModel {
  readonly kind: 'pattern' | 'names' | 'rules'
  readonly pattern: string
  readonly positions: readonly number[]
  readonly tagPositions: readonly number[]
  readonly rules: RetentionRules
  readonly options: PlanDeleteOptions
}

const patterns = fc.constantFrom('*', '*', '*', 'v*', 'pr-*', '1.?', 'debian-*', 'latest', 'sha*')
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

/** Everything that can be asked of `planDelete`. */
export const choiceModel: fc.Arbitrary<ChoiceModel> = fc.record({
  kind: fc.constantFrom('pattern', 'names', 'rules', 'rules'),
  pattern: patterns,
  positions: fc.array(fc.nat({ max: 20 }), { maxLength: 2 }),
  tagPositions: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
  rules: fc.record({
    tags: optional(patterns),
    keepNewest: optional(fc.nat({ max: 3 })),
    by: fc.constantFrom('version' as const, 'date' as const, undefined),
    olderThan: optional(fc.constantFrom(new Date('2016-06-01'), new Date('2018-06-01T00:00:00Z'), '30d')),
    keep: optional(fc.oneof(patterns, fc.constant(['latest', '1.10']))),
  }),
  options: fc.record({
    all: fc.nat({ max: 3 }).map((number) => number > 0),
    children: fc.nat({ max: 3 }).map((number) => number > 0),
    referrers: fc.nat({ max: 3 }).map((number) => number > 0),
    overwriteTags: fc.boolean(),
    concurrency: fc.constantFrom(1, 8),
  }),
})

/** What to pass to `planDelete`. */
export function choiceOf(model: ChoiceModel, { nodes, tags }: BuiltRepository): DeleteChoice {
  if (model.kind === 'pattern') return model.pattern
  const { tags: about, keepNewest, olderThan } = model.rules
  if (model.kind === 'rules' && [about, keepNewest, olderThan].some((rule) => rule !== undefined)) return model.rules
  const [digests, names] = [[...nodes.keys()], [...tags.keys()]]
  return [
    ...model.positions.map((position) => digests[position % digests.length] as string),
    ...model.tagPositions.map((position) => names[position % names.length] as string),
  ]
}

/** What is in a repository, as plain requests see it. */
export interface RepositoryState {
  readonly tags: ReadonlyMap<string, Digest>
  /** The bytes of the manifests that are there. */
  readonly manifests: ReadonlyMap<Digest, string>
  readonly blobs: ReadonlySet<Digest>
}

const TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Reads all that is there of a repository. Manifests that it was not built with, such as new lists, are found by tags. */
export async function readState(
  { nodes, blobs }: BuiltRepository,
  base: string,
  send: (request: Request) => Promise<Response> = fetch,
): Promise<RepositoryState> {
  const get = async (path: string, method = 'GET') => {
    const answer = await send(new Request(new URL(path, base), { method, headers: { accept: TYPES } }))
    const text = await answer.text()
    if (![200, 404].includes(answer.status)) throw new Error(`${path} answered ${answer.status}: ${text}`)
    return answer.ok ? { text, digest: answer.headers.get('docker-content-digest') as Digest } : undefined
  }
  const [tags, manifests, held] = [new Map<string, Digest>(), new Map<Digest, string>(), new Set<Digest>()]
  const { text } = (await get('tags/list')) ?? {}
  const names = (text === undefined ? undefined : JSON.parse(text).tags) ?? []
  for (const tag of names as readonly string[]) {
    const found = await get(`manifests/${tag}`)
    if (!found) continue
    tags.set(tag, found.digest)
    manifests.set(found.digest, found.text)
  }
  for (const digest of nodes.keys()) {
    const found = manifests.has(digest) ? undefined : await get(`manifests/${digest}`)
    if (found) manifests.set(digest, found.text)
  }
  for (const digest of blobs.keys()) if (await get(`blobs/${digest}`, 'HEAD')) held.add(digest)
  return { tags, manifests, blobs: held }
}

interface Listed {
  readonly manifests?: ReadonlyArray<{ readonly digest: Digest }>
  readonly config?: { readonly digest: Digest }
  readonly layers?: ReadonlyArray<{ readonly digest: Digest }>
  readonly subject?: { readonly digest: Digest }
}

/** What manifests need, from these on, at any depth: manifests and blobs. */
export function needsOf({ manifests }: RepositoryState, roots: Iterable<Digest>): ReadonlySet<Digest> {
  const needs = new Set<Digest>()
  const visit = (digest: Digest): void => {
    if (needs.has(digest)) return
    needs.add(digest)
    const { manifests: children = [], config, layers = [] } = JSON.parse(manifests.get(digest) ?? '{}') as Listed
    for (const child of children) visit(child.digest)
    for (const blob of [...layers, ...(config ? [config] : [])]) needs.add(blob.digest)
  }
  for (const root of roots) visit(root)
  return needs
}

/**
 * What a client can find that is about something that stays: through the list of referrers under its tag, and if there
 * is one through the API.
 */
function aboutOf(
  { tags, manifests }: RepositoryState,
  stays: ReadonlySet<Digest>,
  hasApi: boolean,
  chosen: ReadonlySet<string>,
): Set<Digest> {
  const found = new Set<Digest>()
  const visit = (subject: Digest): void => {
    if (found.has(subject)) return
    found.add(subject)
    const tag = subject.replace(':', '-')
    const list = chosen.has(tag) ? undefined : tags.get(tag)
    const { manifests: listed = [] } = JSON.parse((list && manifests.get(list)) ?? '{}') as Listed
    const listedDigests = new Set(listed.map(({ digest }) => digest))
    for (const [digest, text] of manifests) {
      const about = (JSON.parse(text) as Listed).subject?.digest
      if (about === subject && !chosen.has(digest) && (hasApi || listedDigests.has(digest))) visit(digest)
    }
  }
  for (const digest of stays) visit(digest)
  return found
}

/** Expects that a delete took nothing from what stays, and told all that it did. */
export function expectSafe(
  before: RepositoryState,
  after: RepositoryState,
  {
    plan,
    result,
    hasApi,
    chosen,
  }: {
    readonly plan: DeletePlan
    readonly result: DeleteResult
    readonly hasApi: boolean
    /** The digests that were asked for by name. */
    readonly chosen: ReadonlySet<string>
  },
): void {
  // The plan speaks of every tag, once.
  const planned = plan.deletes.flatMap(({ tags }) => tags)
  const staying = plan.stays.flatMap(({ tag }) => tag ?? [])
  expect([...planned, ...staying].sort()).toEqual([...before.tags.keys()].sort())
  expect([...new Set(plan.tags.map(({ tag, digest }) => `${tag} ${digest}`))].sort()).toEqual(
    [...before.tags].map(([tag, digest]) => `${tag} ${digest}`).sort(),
  )
  const outcomes = [...result.deleted, ...result.skipped, ...result.failed]
  expect(outcomes).toHaveLength(plan.deletes.length)
  const had = (digest: Digest) => before.manifests.has(digest) || before.blobs.has(digest)
  // A registry takes no copy of an index that was not whole, so its tag cannot be overwritten.
  const isWhole = ({ digest }: { readonly digest: Digest }) => [...needsOf(before, [digest])].every(had)
  expect(result.failed.filter(isWhole)).toEqual([])

  // What is gone was told, and nothing else is gone.
  const goneTags = [...before.tags.keys()].filter((tag) => !after.tags.has(tag))
  expect(goneTags.sort()).toEqual(result.deleted.flatMap(({ tags }) => tags).sort())
  const whole = result.deleted.filter(({ way }) => way === 'digest').map(({ digest }) => digest)
  const goneManifests = [...before.manifests.keys()].filter((digest) => !after.manifests.has(digest))
  expect(goneManifests.sort()).toEqual([...whole].sort())
  const lists = new Set(result.deleted.flatMap(({ listed }) => listed?.subject.replace(':', '-') ?? []))
  for (const [tag, digest] of after.tags) if (!lists.has(tag)) expect(before.tags.get(tag), tag).toBe(digest)
  for (const [digest, text] of after.manifests) expect(before.manifests.get(digest) ?? text).toBe(text)

  // What stays by a tag has all that it had, and what is about it.
  const roots = [...after.tags].flatMap(([tag, digest]) => (lists.has(tag) ? [] : [digest]))
  const needs = needsOf(before, roots)
  const has = (digest: Digest) => after.manifests.has(digest) || after.blobs.has(digest)
  expect(
    [...needs].filter((digest) => had(digest) && !has(digest)),
    'needed and gone',
  ).toEqual([])
  const manifests = new Set([...needs].filter((digest) => before.manifests.has(digest)))
  // Those whose tags were chosen, too.
  const byTag = result.deleted
    .filter(({ why, tags }) => why === 'chosen' && tags.length > 0)
    .map(({ digest }) => digest)
  const about = needsOf(before, aboutOf(before, manifests, hasApi, new Set([...chosen, ...byTag])))
  const lost = [...about].filter((digest) => had(digest) && !has(digest))
  expect(lost, 'about something that stays, and gone').toEqual([])
}

const FIRST = Date.UTC(2013, 2, 20)

/** Expects of each tag that went by rules that the rules let it go. */
export function expectAllowed(rules: RetentionRules, { nodes, tags }: BuiltRepository, gone: Iterable<string>): void {
  const isAbout = (tag: string) => /^sha256-[0-9a-f]{64}/.test(tag)
  const matches = (choice: RetentionRules['tags'], tag: string) =>
    typeof choice === 'string' ? simplePattern(choice).test(tag) : (choice as readonly string[]).includes(tag)
  const isKept = (tag: string) => rules.keep !== undefined && matches(rules.keep, tag)
  const isMeant = (tag: string) => !isAbout(tag) && (rules.tags === undefined || matches(rules.tags, tag))
  const counted = [...tags].filter(([tag]) => isMeant(tag) && !isKept(tag))
  const dateOf = (digest: Digest) => {
    const times = (nodes.get(digest)?.dates ?? []).map((date) => Date.parse(date)).filter((time) => !Number.isNaN(time))
    const newest = Math.max(...times)
    return newest >= FIRST && newest <= Date.now() ? newest : undefined
  }
  for (const tag of gone) {
    if (isAbout(tag)) continue
    const digest = tags.get(tag) as Digest
    expect(isMeant(tag), `${tag} was not meant`).toBe(true)
    expect(isKept(tag), `${tag} is kept`).toBe(false)
    const time = dateOf(digest)
    const { olderThan, keepNewest } = rules
    const before = olderThan instanceof Date ? olderThan.getTime() : Date.now() - 30 * 24 * 60 * 60 * 1000
    if (olderThan !== undefined) expect(time, `${tag} is not old`).toBeLessThan(before)
    if (keepNewest === undefined) continue
    if (rules.by === 'version') {
      const [series = []] = VERSIONS.filter((all) => all.includes(tag))
      const newer = counted.filter(([other]) => series.indexOf(other) > series.indexOf(tag))
      expect(series, `${tag} is no version`).not.toEqual([])
      const others = new Set(newer.map(([, other]) => other))
      others.delete(digest)
      expect(others.size, `${tag} is one of the newest`).toBeGreaterThanOrEqual(keepNewest)
    } else {
      expect(time, `${tag} has no date`).toBeDefined()
      const newer = counted.filter(([, other]) => (dateOf(other) ?? 0) > (time as number))
      expect(new Set(newer.map(([, other]) => other)).size, `${tag} is one of the newest`).toBeGreaterThanOrEqual(
        keepNewest,
      )
    }
  }
}

function simplePattern(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace('.', '\\.').replace('*', '.*').replace('?', '.')}$`)
}
