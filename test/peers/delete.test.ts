import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bringRegistryBinary } from '../../scripts/find/registry-binary.js'
import { deleteTags, executeDelete, getImageInfo, planDelete, RegistryError, undoDelete } from '../../src/node/index.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'
import { ALL, describeReal } from '../support/real-registries.ts'
import { stockRepository } from '../support/stocked-repository.ts'

describeReal('deletes in {}', ALL, (real) => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await real.start()
  })
  afterAll(() => registry?.stop())

  it('take along children and referrers, leave what something needs that stays, and are undone', async () => {
    const { handle, repository, ...repo } = stockRepository(registry.url)
    const [own, shared] = [await repo.image(), await repo.image()]
    const index = await repo.index('v1', [own, shared])
    await repo.index('v2', [shared])
    const sbom = await repo.image(undefined, { subject: own, artifactType: 'application/spdx+json' })
    const other = await repo.image(undefined, { subject: shared, artifactType: 'application/spdx+json' })
    // A client puts the list where it gets no answer from the API. One that is there does no harm.
    const listOf = (digest: string) => digest.replace(':', '-')
    await repo.index(listOf(own.digest), [sbom])
    await repo.index(listOf(shared.digest), [other])
    const signature = await repo.image(`${listOf(index.digest)}.sig`)

    const plan = await planDelete(handle, repository, 'v1')
    const going = plan.deletes.map(({ digest }) => digest)
    expect(going).toEqual(expect.arrayContaining([index, own, sbom, signature].map(({ digest }) => digest)))
    expect(going).toHaveLength(5)
    const before = await repo.tags()
    const { deleted, skipped, failed, undo } = await executeDelete(plan, handle)
    expect([deleted.length, skipped, failed]).toEqual([5, [], []])
    expect(await repo.tags()).toEqual([listOf(shared.digest), 'v2'].sort())
    for (const { digest } of [own, sbom, signature]) expect(await repo.has(digest)).toBe(false)
    for (const { digest } of [shared, other]) expect(await repo.has(digest)).toBe(true)

    expect((await undoDelete(undo, handle)).kept).toEqual([])
    expect(await repo.tags()).toEqual(before)
    for (const { digest } of [own, sbom, signature]) expect(await repo.has(digest)).toBe(true)
  })

  it('delete a single tag: by itself, or by overwriting it', async () => {
    const { handle, repository, ...repo } = stockRepository(registry.url)
    const image = await repo.image('v1')
    await repo.tag('latest', image)
    const { deleted, undo } = await deleteTags(handle, repository, 'v1', { overwriteTags: true })
    expect(deleted).toMatchObject([{ tags: ['v1'], siblings: ['latest'] }])
    expect([await repo.tags(), await repo.has(image.digest)]).toEqual([['latest'], true])
    await undoDelete(undo, handle)
    expect(await repo.tags()).toEqual(['latest', 'v1'])
    expect((await getImageInfo(handle, repository, 'v1')).digest).toBe(image.digest)
  })

  it('delete one referrer, and its entry in the list of its subject', async () => {
    const { handle, repository, ...repo } = stockRepository(registry.url)
    const image = await repo.image('v1')
    const [one, two] = [
      await repo.image(undefined, { subject: image }),
      await repo.image(undefined, { subject: image }),
    ]
    const list = image.digest.replace(':', '-')
    await repo.index(list, [one, two])
    const { deleted, failed } = await deleteTags(handle, repository, [one.digest])
    expect([deleted.length, failed]).toEqual([1, []])
    expect((await repo.read(list)).manifests.map(({ digest }) => digest)).toEqual([two.digest])
  })
})

describe('undoDelete() after a garbage collection of distribution', () => {
  const configuration = fileURLToPath(new URL('../../registry.yml', import.meta.url))
  const data = mkdtempSync(join(tmpdir(), 'collected-'))
  let registry: Distribution
  beforeAll(async () => {
    registry = await startDistribution({ data })
  })
  afterAll(async () => {
    await registry.stop()
    rmSync(data, { recursive: true, force: true })
  })

  it('names the blobs that are gone, and puts nothing back', async () => {
    const { handle, repository, ...repo } = stockRepository(registry.url)
    const child = await repo.image()
    await repo.index('v1', [child])
    await repo.image('v2')
    const { config, layers } = (await repo.read(child.digest)) as never as { config: Stored; layers: readonly Stored[] }
    const { undo } = await deleteTags(handle, repository, 'v1')
    const env = { ...process.env, REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: data }
    execFileSync(bringRegistryBinary() as string, ['garbage-collect', configuration], { env, stdio: 'ignore' })
    const error = await rejection(undoDelete(undo, handle), RegistryError, /has removed .*push the images again/)
    expect(error.code).toBe('CONTENT_LOST')
    for (const { digest } of [config, ...layers]) expect(error.message).toContain(digest)
    expect([await repo.tags(), await repo.has(child.digest)]).toEqual([['v2'], false])
    expect((await getImageInfo(handle, repository, 'v2')).layerCount).toBe(1)
  })
})

interface Stored {
  readonly digest: string
}
