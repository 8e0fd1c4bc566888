import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Digest, executeDelete, openRegistry, planDelete, RegistryError, undoDelete, ValidationError } from '../../src/index.ts'
import { createTestRegistry, type RegistryProfile } from '../../src/testing/index.ts'
import { PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { buildRepository, fillRepository, repositoryModel } from '../support/repository-arbitrary.ts'
import { choiceModel, choiceOf, expectAllowed, expectSafe, needsOf, readState } from '../support/retention-simulation.ts'

// Deletes by random rules in random repositories: nothing that stays loses a child, a config or a layer.

const BASE = 'https://registry.test/v2/a/'
const profiles = fc.constantFrom<RegistryProfile | undefined>(undefined, 'distribution-2', 'distribution-3', 'harbor')
const hasApi = (profile: RegistryProfile | undefined) => profile === undefined || profile === 'harbor'

describe('a delete in a random repository', () => {
  const share = shareOfRuns(0.03)

  it('takes nothing from what stays, tells all that it does, and can be undone', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    let [deleted, whole, refused] = [0, 0, 0]
    const run = fc.asyncProperty(repositoryModel, choiceModel, profiles, async (model, wanted, profile) => {
      const registry = createTestRegistry(profile ? { profile } : {})
      const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 })
      const repository = buildRepository(model, 'x')
      await fillRepository(repository, BASE, registry.fetch)
      const before = await readState(repository, BASE, registry.fetch)
      const what = choiceOf(wanted, repository)
      const plan = await planDelete(handle, 'a', what, wanted.options).catch((error) => {
        if (error instanceof ValidationError && error.code === 'NOTHING_STAYS') return undefined
        throw error
      })
      if (!plan) return void refused++
      const result = await executeDelete(JSON.parse(JSON.stringify(plan)), handle)
      const after = await readState(repository, BASE, registry.fetch)
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
      const undone = await readState(repository, BASE, registry.fetch)
      expect([...undone.tags].sort()).toEqual([...before.tags].sort())
      expect([...undone.manifests].sort()).toEqual([...before.manifests].sort())
    })
    await fc.assert(run, share)
    process.stdout.write(`${share.numRuns} deletes: ${deleted} parts, ${whole} manifests, ${refused} refused\n`)
    expect(whole).toBeGreaterThan(share.numRuns / 2)
  })
})
