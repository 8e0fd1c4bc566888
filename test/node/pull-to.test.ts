import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createWriteController,
  type Digest,
  DigestMismatchError,
  openArchive,
  openRegistry,
  pullBundle,
  pullDockerTar,
  pullLayout,
  pushDockerTar,
  RegistryError,
  ResponseError,
} from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry, type Fault } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { bytesOf } from '../support/writing.ts'

const folder = mkdtempSync(join(tmpdir(), 'pull-'))
let place: string
let archive: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  archive = await createTestArchive({ images: [{ layers: [{ base: 'x'.repeat(200_000) }, { own: 'y' }] }] })
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  place = mkdtempSync(join(folder, 'place-'))
})

/** A registry in memory with `team/app:v1`. */
async function filledRegistry(faults: readonly Fault[] = []) {
  const embedded = createTestRegistry({ faults })
  const registry = openRegistry('https://registry.test', { fetch: embedded.fetch, retry: 0 })
  const digest: Digest = await pushDockerTar(archive, registry, 'team/app', 'v1')
  embedded.requests.length = 0
  return { embedded, registry, digest }
}

describe('pullDockerTar() with { to }', () => {
  it('writes the tar of the stream into a file', async () => {
    const { registry, digest } = await filledRegistry()
    const to = join(place, 'app.tar')
    const saved = await pullDockerTar(registry, 'team/app', 'v1', { to })
    await using pulled = await pullDockerTar(registry, 'team/app', 'v1')
    const tar = await bytesOf(pulled.stream())
    expect(saved).toEqual({ size: tar.length, digest, images: [{ digest, names: ['registry.test/team/app:v1'] }] })
    expect(readFileSync(to).equals(tar)).toBe(true)
    expect(readdirSync(place)).toEqual(['app.tar'])
  })

  it('writes the tar into a Node stream', async () => {
    const { registry, digest } = await filledRegistry()
    const to = new PassThrough()
    const [saved, tar] = await Promise.all([pullDockerTar(registry, 'team/app', 'v1', { to }), buffer(to)])
    expect(saved.size).toBe(tar.length)
    expect((await openArchive(tar)).images[0]?.manifest.digest).toBe(digest)
  })

  it.each<[string, Fault, new (...values: never[]) => Error]>([
    ['is wrong', { kind: 'flipped', at: 70_000, times: 99 }, DigestMismatchError],
    ['is lost', { kind: 'status', status: 404, times: 99 }, ResponseError],
  ])('leaves no file where a layer %s', async (_, fault, kind) => {
    const [layer] = (await openArchive(archive)).images[0]?.layers ?? []
    const { registry } = await filledRegistry([{ ...fault, method: 'GET', path: layer?.digest ?? '' }])
    await rejection(pullDockerTar(registry, 'team/app', 'v1', { to: join(place, 'app.tar') }), kind)
    expect(readdirSync(place)).toEqual([])
  })

  it('leaves no file, and destroys a stream, where there is no such image', async () => {
    const { registry } = await filledRegistry()
    await rejection(pullDockerTar(registry, 'team/app', 'v9', { to: join(place, 'app.tar') }), ResponseError)
    expect(readdirSync(place)).toEqual([])
    const to = new PassThrough().on('error', () => {})
    await rejection(pullDockerTar(registry, 'team/app', 'v9', { to }), ResponseError)
    expect(to.destroyed).toBe(true)
  })

  it('leaves no file after an abort, also in a pause', async () => {
    const { registry, embedded } = await filledRegistry()
    const controller = createWriteController()
    controller.pause()
    const pulling = pullDockerTar(registry, 'team/app', 'v1', { to: join(place, 'app.tar'), controller })
    setTimeout(() => controller.abort(), 40)
    await rejection(pulling, DOMException, /aborted/)
    expect(embedded.requests).toEqual([])
    expect(readdirSync(place)).toEqual([])
  })

  it('throws a RegistryError for a folder that is not there, before it asks for a layer', async () => {
    const { registry, embedded } = await filledRegistry()
    const to = join(place, 'missing', 'app.tar')
    await rejection(pullDockerTar(registry, 'team/app', 'v1', { to }), RegistryError)
    expect(embedded.requests).toEqual([])
  })

  it('tells its progress', async () => {
    const { registry } = await filledRegistry()
    const phases: string[] = []
    await pullDockerTar(registry, 'team/app', 'v1', {
      to: join(place, 'app.tar'),
      onProgress: ({ phase }) => phases.push(phase),
    })
    expect([phases[0], phases.at(-1)]).toEqual(['write', 'done'])
  })
})

describe('pullBundle() with { to }', () => {
  it('writes several images into one file', async () => {
    const { registry, digest } = await filledRegistry()
    const other = await pushDockerTar(await createTestArchive(), registry, 'other', 'v2')
    const to = join(place, 'bundle.tar')
    const saved = await pullBundle(registry, ['team/app:v1', 'other:v2'], { to })
    expect(saved.images.map(({ digest }) => digest)).toEqual([digest, other])
    await using opened = await openArchive(to)
    expect(opened.images.map(({ manifest }) => manifest.digest)).toEqual([digest, other])
  })
})

describe('pullLayout()', () => {
  it('writes an image into a folder, and asks for no layer that is there', async () => {
    const { registry, digest, embedded } = await filledRegistry()
    const saved = await pullLayout(registry, 'team/app', 'v1', place)
    expect(saved).toEqual({ digest, images: [{ digest, names: ['registry.test/team/app:v1'] }] })
    await using opened = await openArchive(place)
    expect(opened.images[0]?.manifest.digest).toBe(digest)
    embedded.requests.length = 0
    await pullLayout(registry, 'team/app', 'v1', place)
    const [layer] = opened.images[0]?.layers ?? []
    expect(embedded.requests.filter(({ url }) => url.includes(layer?.digest ?? ''))).toEqual([])
  })

  it('leaves no index where a layer is wrong', async () => {
    const [layer] = (await openArchive(archive)).images[0]?.layers ?? []
    const fault = { kind: 'flipped', at: 70_000, times: 99, method: 'GET', path: layer?.digest ?? '' } as const
    const { registry } = await filledRegistry([fault])
    await rejection(pullLayout(registry, 'team/app', 'v1', place), DigestMismatchError)
    expect(readdirSync(place)).toEqual(['blobs'])
  })
})
