import fc from 'fast-check'
import { expect, inject, it } from 'vitest'
import { bringRegistryBinary } from '../../scripts/find/registry-binary.js'
import { type DeletePlan, type DeleteResult, executeDelete, planDelete } from '../../src/index.ts'
import { collectGarbage, createRegistryData } from '../support/collected-registry.ts'
import { startDistribution } from '../support/distribution.ts'
import { shareOfRuns } from '../support/fuzz-settings.ts'
import { DISTRIBUTIONS, describeReal } from '../support/real-registries.ts'
import {
  type BuiltRepository,
  buildRepository,
  fillRepository,
  repositoryModel,
} from '../support/repository-arbitrary.ts'
import {
  choiceModel,
  choiceOf,
  expectSafe,
  needsOf,
  type RepositoryState,
  readState,
} from '../support/retention-simulation.ts'

// Deletes by random rules in random repositories of a real distribution, and then its own garbage collection.

const { numRuns: COUNT } = shareOfRuns(0.005)
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101)

interface Case {
  readonly name: string
  readonly repository: BuiltRepository
  readonly before: RepositoryState
  readonly plan: DeletePlan
  readonly result: DeleteResult
  readonly chosen: ReadonlySet<string>
}

describeReal('{} that collects its garbage', DISTRIBUTIONS, ({ profile }) => {
  const binaryOf = () =>
    (profile === 'distribution-2' ? bringRegistryBinary() : inject('goPrograms')[profile].path) as string

  it.each([
    ['', false],
    [' with --delete-untagged', true],
  ])('takes nothing from what a delete left%s', { timeout: 600_000 }, async (_, deletesUntagged) => {
    const binary = binaryOf()
    using data = createRegistryData()
    const models = fc.sample(fc.tuple(repositoryModel, choiceModel), { numRuns: COUNT, seed: SEED })
    const cases: Case[] = []
    const base = (url: string, name: string) => `${url}/v2/${name}/`

    const filled = await startDistribution({ binary, data: data.path })
    const repositories: BuiltRepository[] = []
    for (const [index, [model]] of models.entries()) {
      const repository = buildRepository(model, `r${index} `)
      await fillRepository(repository, base(filled.url, `r${index}`))
      repositories.push(repository)
    }
    const untouched = data.copy()
    for (const [index, [, wanted]] of models.entries()) {
      const repository = repositories[index] as BuiltRepository
      const name = `r${index}`
      const before = await readState(repository, base(filled.url, name))
      const what = choiceOf(wanted, repository)
      const plan = await planDelete(filled.url, name, what, { ...wanted.options, all: true })
      const result = await executeDelete(plan)
      const after = await readState(repository, base(filled.url, name))
      const chosen = new Set(Array.isArray(what) ? what : [])
      expectSafe(before, after, { plan, result, hasApi: false, chosen })
      cases.push({ name, repository, before, plan, result, chosen })
    }
    await filled.stop()
    collectGarbage(binary, data.path, deletesUntagged)
    // What the collection takes from repositories in which nothing was deleted is not the delete's doing.
    collectGarbage(binary, untouched, deletesUntagged)
    const [collected, other] = [
      await startDistribution({ binary, data: data.path }),
      await startDistribution({ binary, data: untouched }),
    ]
    let [kept, lost, gone] = [0, 0, 0]
    for (const { name, repository, before } of cases) {
      const after = await readState(repository, base(collected.url, name))
      const alone = await readState(repository, base(other.url, name))
      gone += [...before.blobs].filter((digest) => !after.blobs.has(digest)).length
      const has = (state: RepositoryState, digest: never) => state.manifests.has(digest) || state.blobs.has(digest)
      for (const digest of needsOf(before, after.tags.values())) {
        if (!has(alone, digest as never)) continue
        if (has(after, digest as never)) kept++
        else lost++
      }
    }
    await Promise.all([collected.stop(), other.stop()])
    process.stdout.write(
      `${COUNT} repositories: ${kept} manifests and blobs are needed and there, ${gone} blobs were collected\n`,
    )
    expect([lost, kept > COUNT, gone > 0]).toEqual([0, true, true])
  })
})
