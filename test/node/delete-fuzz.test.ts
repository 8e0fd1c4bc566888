import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Digest,
  executeDelete,
  openRegistry,
  planDelete,
  RegistryError,
  undoDelete,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry, type RegistryProfile } from '../../src/testing/index.ts'
import { PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import {
  type BuiltNode,
  buildRepository,
  fillRepository,
  type RepositoryModel,
  repositoryModel,
} from '../support/repository-arbitrary.ts'
import {
  choiceModel,
  choiceOf,
  expectAllowed,
  expectSafe,
  needsOf,
  readState,
} from '../support/retention-simulation.ts'

// Deletes by random rules in random repositories: nothing that stays loses a child, a config or a layer.

const BASE = 'https://registry.test/v2/a/'
const profiles = fc.constantFrom<RegistryProfile | undefined>(undefined, 'distribution-2', 'distribution-3', 'harbor')
const hasApi = (profile: RegistryProfile | undefined) => profile === undefined || profile === 'harbor'

/** A registry with a random repository, how others set a tag in it, and what is there. */
async function fill(model: RepositoryModel, profile: RegistryProfile | undefined) {
  const registry = createTestRegistry(profile ? { profile } : {})
  const repository = buildRepository(model, 'x')
  await fillRepository(repository, BASE, registry.fetch)
  return {
    registry,
    repository,
    handle: openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 }),
    read: () => readState(repository, BASE, registry.fetch),
    async put(tag: string, { text, mediaType }: BuiltNode) {
      const init = { method: 'PUT', body: text, headers: { 'content-type': mediaType } }
      return (await registry.fetch(new Request(new URL(`manifests/${tag}`, BASE), init))).ok
    },
  }
}

describe('a delete in a random repository', () => {
  const share = shareOfRuns(0.006)

  it('takes nothing from what stays, tells all that it does, and can be undone', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    let [deleted, whole, refused] = [0, 0, 0]
    const run = fc.asyncProperty(repositoryModel, choiceModel, profiles, async (model, wanted, profile) => {
      const { handle, repository, read } = await fill(model, profile)
      const before = await read()
      const what = choiceOf(wanted, repository)
      const plan = await planDelete(handle, 'a', what, wanted.options).catch((error) => {
        if (error instanceof ValidationError && error.code === 'NOTHING_STAYS') return undefined
        throw error
      })
      if (!plan) return void refused++
      const result = await executeDelete(JSON.parse(JSON.stringify(plan)), handle)
      const after = await read()
      const chosen = new Set(Array.isArray(what) ? what : [])
      expectSafe(before, after, { plan, result, hasApi: hasApi(profile), chosen })
      if (typeof what === 'object' && !Array.isArray(what))
        expectAllowed(
          what as never,
          repository,
          result.deleted.flatMap(({ tags }) => tags),
        )
      deleted += result.deleted.length
      whole += result.deleted.filter(({ way }) => way === 'digest').length

      const undo = JSON.parse(JSON.stringify(result.undo))
      const needs = needsOf(before, new Set(undo.deletes.map(({ digest }: { digest: Digest }) => digest)))
      if ([...needs].every((digest) => before.manifests.has(digest) || before.blobs.has(digest))) {
        await undoDelete(undo, handle)
      } else {
        // An index that was not whole is taken by no registry.
        const error = await undoDelete(undo, handle).catch((error) => error)
        return void (error instanceof RegistryError && expect(error.code).toBe('CONTENT_LOST'))
      }
      const undone = await read()
      expect([...undone.tags].sort()).toEqual([...before.tags].sort())
      expect([...undone.manifests].sort()).toEqual([...before.manifests].sort())
    })
    await fc.assert(run, share)
    process.stdout.write(`${share.numRuns} deletes: ${deleted} parts, ${whole} manifests, ${refused} refused\n`)
    expect(whole).toBeGreaterThan(share.numRuns / 2)
  })

  it('leaves every tag that somebody sets between the plan and its execution', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    let [raced, deleted] = [0, 0]
    const moves = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.boolean()), {
      minLength: 1,
      maxLength: 4,
    })
    const run = fc.asyncProperty(
      repositoryModel,
      choiceModel,
      profiles,
      moves,
      async (model, wanted, profile, moves) => {
        const { handle, repository, put, read } = await fill(model, profile)
        const plan = await planDelete(handle, 'a', choiceOf(wanted, repository), { ...wanted.options, all: true })
        const [names, nodes] = [[...repository.tags.keys()], [...repository.nodes.values()]]
        const set = new Map<string, Digest>()
        for (const [tag, node, isNew] of moves) {
          const target = nodes[node % nodes.length] as BuiltNode
          const name = isNew ? `new-${tag}` : (names[tag % names.length] as string)
          // A registry takes no index that is not whole.
          if (await put(name, target)) set.set(name, target.digest)
        }
        const before = await read()
        const { deleted: gone } = await executeDelete(plan, handle)
        const after = await read()
        const lists = new Set(gone.flatMap(({ listed }) => listed?.subject.replace(':', '-') ?? []))
        for (const [tag, digest] of set) {
          const isAsPlanned = plan.tags.some((one) => one.tag === tag && one.digest === digest)
          if (!isAsPlanned && !lists.has(tag)) expect(after.tags.get(tag), tag).toBe(digest)
        }
        const needs = needsOf(
          before,
          [...after.tags].flatMap(([tag, digest]) => (lists.has(tag) ? [] : [digest])),
        )
        const lost = [...needs].filter((digest) => before.manifests.has(digest) && !after.manifests.has(digest))
        expect(lost, 'needed and gone').toEqual([])
        raced += set.size
        deleted += gone.length
      },
    )
    await fc.assert(run, share)
    process.stdout.write(`${share.numRuns} deletes: ${raced} tags were set meanwhile, ${deleted} parts deleted\n`)
    expect(deleted).toBeGreaterThan(share.numRuns / 4)
  })

  it('leaves a tag that is moved while the plan is executed', { timeout: PROPERTY_TIMEOUT }, async () => {
    let moved = 0
    const which = fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(1, 2))
    const run = fc.asyncProperty(
      repositoryModel,
      choiceModel,
      profiles,
      which,
      async (model, wanted, profile, [chosen, nth]) => {
        const { registry, repository, put, read } = await fill(model, profile)
        const others = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 })
        const plan = await planDelete(others, 'a', choiceOf(wanted, repository), { ...wanted.options, all: true })
        const tags = plan.deletes.flatMap(({ tags }) => tags)
        const tag = tags[chosen % tags.length]
        const digests = new Set(plan.deletes.map(({ digest }) => digest))
        const target = [...repository.nodes.values()].find(
          ({ digest, children }) => !digests.has(digest) && children.length === 0,
        )
        if (!tag || !target) return
        let looks = 0
        // It is moved just before it is looked at: the first time with all tags, the second time alone.
        const fetch = async (request: Request) => {
          const isLook = request.method === 'HEAD' && request.url.endsWith(`/manifests/${tag}`)
          if (isLook && ++looks === nth && (await put(tag, target))) moved++
          return registry.fetch(request)
        }
        const { skipped } = await executeDelete(plan, openRegistry('https://registry.test', { fetch, retry: 0 }))
        const { tags: after } = await read()
        if (looks < nth) return
        expect(after.get(tag)).toBe(target.digest)
        expect(skipped.some(({ tags }) => tags.includes(tag))).toBe(true)
      },
    )
    await fc.assert(run, share)
    process.stdout.write(`${share.numRuns} deletes: ${moved} tags were moved meanwhile\n`)
    expect(moved).toBeGreaterThan(share.numRuns / 5)
  })
})
