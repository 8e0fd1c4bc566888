import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  extractOriginalTags,
  getImageInfo,
  parseRepositoryTag,
  pushDockerTarWithAllOriginalTags,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { openDemoBrowser } from '../support/demo-browser.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { bringPeer, type DockerEngine, type Peer, startDocker } from '../support/peers.ts'
import { pushInProcess } from '../support/push-process.ts'

// Archives that a real Docker saved, pushed into a real registry, and read back by other people's tools.

const MINUTES = 60_000
const folder = mkdtempSync(join(tmpdir(), 'docker-save-'))
const saved = join(folder, 'saved.tar')
const run = Date.now().toString(36)
let engine: DockerEngine
let skopeo: Peer
let image: LargeArchive

beforeAll(async () => {
  skopeo = bringPeer('skopeo')
  engine = await startDocker()
  const made = join(folder, 'made.tar')
  image = await writeLargeArchive(made, { layers: 2, layerMiB: 560, name: 'team/large:v1' })
  await engine.docker('load', '--input', made)
  await engine.docker('save', '--output', saved, 'team/large:v1')
  await engine.docker('image', 'rm', 'team/large:v1')
  rmSync(made)
}, 10 * MINUTES)
afterAll(async () => {
  await engine?.stop()
  rmSync(folder, { recursive: true })
}, MINUTES)

/** What skopeo says is in the registry: it reads the image whole, and verifies every digest on its way. */
async function readBySkopeo(repository: string): Promise<{ config: string; layers: readonly string[] }> {
  const target = join(folder, 'by-skopeo')
  const source = `docker://${new URL(inject('registryUrl')).host}/${repository}:v1`
  await skopeo('copy', '--src-tls-verify=false', source, `dir:${target}`)
  const manifest = JSON.parse(await skopeo('inspect', '--raw', `dir:${target}`))
  rmSync(target, { recursive: true })
  return { config: manifest.config.digest, layers: manifest.layers.map(({ digest }: { digest: string }) => digest) }
}

describe('an archive of 1.1 GB that Docker saved', () => {
  it('goes from Node into the real registry, and comes back to docker the same', {
    timeout: 10 * MINUTES,
  }, async () => {
    const url = inject('registryUrl')
    const repository = `saved/from-node-${run}`
    const { maxRSS } = await pushInProcess([process.execPath], { archive: saved, url, repository })
    expect(maxRSS).toBeLessThan(200 * 1024)
    expect(await readBySkopeo(repository)).toEqual({ config: image.configDigest, layers: image.diffIds })

    const name = `${new URL(url).host}/${repository}:v1`
    await engine.docker('pull', name)
    const [pulled] = JSON.parse(await engine.docker('image', 'inspect', name))
    expect([pulled.Id, pulled.RootFS.Layers]).toEqual([image.configDigest, image.diffIds])
    await engine.docker('image', 'rm', name)
  })

  it('goes from a page in Chromium into the real registry the same', { timeout: 10 * MINUTES }, async () => {
    const repository = `saved/from-page-${run}`
    const demo = await openDemoBrowser()
    try {
      const page = await demo.context.newPage()
      await page.goto(demo.urlFor(inject('registryUrl')))
      await page.getByLabel('Choose archives').setInputFiles(saved)
      await page.getByRole('textbox', { name: 'Repository' }).fill(repository)
      await page.getByRole('button', { name: 'Push', exact: true }).click()
      await page
        .getByRole('status')
        .filter({ hasText: 'Pushed' })
        .waitFor({ timeout: 5 * MINUTES })
    } finally {
      await demo.close()
    }
    expect(await readBySkopeo(repository)).toEqual({ config: image.configDigest, layers: image.diffIds })
  })
})

describe('an archive of several images that Docker saved', () => {
  it('goes up with all its names, its linked layers included', { timeout: MINUTES }, async () => {
    const [a, b] = [{ 'etc/a': 'a' }, { 'etc/b': 'b' }]
    const names = [`localhost:5000/several/one-${run}:v1`, `several/two-${run}:v1`]
    const layers = [
      [a, b, a],
      [b, a],
    ]
    const path = join(folder, 'several.tar')
    const images = names.map((name, index) => ({ names: [name], layers: layers[index] ?? [] }))
    await writeFile(path, await createTestArchive({ layout: 'docker-24', images }))
    await engine.docker('load', '--input', path)
    await engine.docker('save', '--output', path, ...names)

    // Docker saves them in no order of its own.
    const found = await extractOriginalTags(path)
    expect([...found].sort()).toEqual([...names].sort())
    const digests = await pushDockerTarWithAllOriginalTags(path, inject('registryUrl'))
    const repositories = found.map((name) => parseRepositoryTag(name).repository)
    const infos = await Promise.all(
      repositories.map((repository) => getImageInfo(inject('registryUrl'), repository, 'v1')),
    )
    expect(infos.map(({ digest }) => digest)).toEqual(digests)
    const counts = infos.map(({ repository, layerCount }) => [repository, layerCount])
    expect(Object.fromEntries(counts)).toEqual({ [`several/one-${run}`]: 3, [`several/two-${run}`]: 2 })
    for (const repository of repositories) expect((await readBySkopeo(repository)).layers.length).toBeGreaterThan(1)
  })
})
