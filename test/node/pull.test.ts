import { readFile } from 'node:fs/promises'
import { describe, expect, inject, it } from 'vitest'
import {
  createWriteController,
  type Digest,
  DigestMismatchError,
  openArchive,
  openRegistry,
  type PullOptions,
  pullBundle,
  pullDockerTar,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type RegistryInput,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry, type Fault } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withPlatform } from '../support/layout.ts'
import { bytesOf } from '../support/writing.ts'

const soon = (milliseconds = 40) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A registry in memory with two images that share a layer, another one, and one of two platforms. */
async function filledRegistry(faults: readonly Fault[] = []) {
  const embedded = createTestRegistry({ faults })
  const registry = openRegistry('https://registry.test', { fetch: embedded.fetch, retry: 0 })
  const shared = { base: 'x'.repeat(200_000) }
  const digests: Digest[] = []
  for (const [repository, tag, own] of [
    ['team/app', 'v1', 'one'],
    ['team/app', 'v2', 'two'],
    ['other', 'latest', 'three'],
  ] as const) {
    const archive = await createTestArchive({ images: [{ layers: [shared, { own }] }] })
    digests.push(await pushDockerTar(archive, registry, repository, tag))
  }
  const layout = createLayout()
  const entries = []
  for (const architecture of ['amd64', 'arm64'])
    entries.push(withPlatform(await layout.addImage({ architecture }), `linux/${architecture}`))
  layout.list({ ...(await layout.addIndex(entries)) })
  digests.push(await pushDockerTar(layout.tar(), registry, 'multi', 'v1'))
  embedded.requests.length = 0
  const paths = () => embedded.requests.map(({ method, url }) => `${method} ${url.slice('/v2/'.length)}`)
  return { embedded, registry, digests: digests as [Digest, Digest, Digest, Digest], paths }
}

/** Pulls to its end. */
async function pull(registry: RegistryInput, repository: string, reference: string, options: PullOptions = {}) {
  const pulled = await pullDockerTar(registry, repository, reference, options)
  const tar = await bytesOf(pulled.stream())
  await pulled.close()
  return { pulled, tar }
}

describe('pullDockerTar() of a real registry', () => {
  it.each([
    ['.', pullDockerTar],
    ['./node', node.pullDockerTar],
  ])('gives in %s a tar of which the size is known, and which pushes the same digest', async (_, pullDockerTar) => {
    const url = inject('registryUrl')
    const archive = await createTestArchive({ images: [{ layers: [{ a: 'x'.repeat(3_000_000) }, { b: 'y' }] }] })
    const digest = await pushDockerTar(archive, url, 'pull/app', 'v1')
    const pulled = await pullDockerTar(url, 'pull/app', 'v1')
    expect(pulled).toMatchObject({ digest, fileName: 'pull-app-v1.tar' })
    const tar = await bytesOf(pulled.stream())
    expect(tar.byteLength).toBe(pulled.size)
    const opened = await openArchive(tar)
    expect(opened.images.map(({ names }) => names)).toEqual([[`${new URL(url).host}/pull/app:v1`]])
    expect(await pushDockerTar(tar, url, 'pull/again', 'v1')).toBe(digest)
    await pulled.close()
  })
})

describe('pullDockerTar()', () => {
  it('takes the whole image, and of { platform } the manifest of that', async () => {
    const { registry, digests } = await filledRegistry()
    const all = await pull(registry, 'multi', 'v1')
    expect(all.pulled).toMatchObject({ digest: digests[3], fileName: 'multi-v1.tar' })
    const [image] = (await openArchive(all.tar)).images
    expect(image?.children).toHaveLength(2)
    const one = await pull(registry, 'multi', 'v1', { platform: 'linux/arm64' })
    expect(one.pulled).toMatchObject({
      digest: image?.children[1]?.manifest.digest,
      fileName: 'multi-v1-linux-arm64.tar',
    })
    const warnings: string[] = []
    const listed = await pull(registry, 'multi', 'v1', {
      platforms: ['linux/arm64'],
      onWarning: (warning) => warnings.push(warning),
    })
    expect((await openArchive(listed.tar)).images[0]?.manifest.digest).toBe(listed.pulled.digest)
    expect(warnings.join()).toContain(listed.pulled.digest)
  })

  it('gives an image that is pulled by its digest the names that are asked for, or none', async () => {
    const { registry, digests } = await filledRegistry()
    const none = await pull(registry, 'team/app', digests[0])
    expect(none.pulled).toMatchObject({ digest: digests[0], images: [{ names: [] }] })
    expect(none.pulled.fileName).toBe(`team-app-${digests[0].slice(0, 19).replace(':', '-')}.tar`)
    const named = await pull(registry, 'team/app', digests[0], { names: ['ghcr.io/me/app:mine'] })
    expect((await openArchive(named.tar)).images[0]?.names).toEqual(['ghcr.io/me/app:mine'])
  })

  it('takes signatures too with { referrers: true }', async () => {
    const { registry } = await filledRegistry()
    const signed = await readFile('test/archives/cosign-3.1-bundle.tar')
    const digest = await pushDockerTar(signed, registry, 'signed', 'v1')
    const subjects = async (referrers: boolean) => {
      const { pulled, tar } = await pull(registry, 'signed', 'v1', { referrers })
      expect(pulled.digest).toBe(digest)
      return (await openArchive(tar)).images.flatMap(({ subject }) => subject ?? [])
    }
    expect(await subjects(true)).toEqual([digest])
    expect(await subjects(false)).toEqual([])
  })

  it('asks for nothing while it is paused, and for each blob once', async () => {
    const { registry, paths, digests } = await filledRegistry()
    const controller = createWriteController()
    controller.pause()
    const pulling = pullDockerTar(registry, 'team/app', 'v1', { controller })
    await soon()
    expect(paths()).toEqual([])
    controller.resume()
    const pulled = await pulling
    controller.pause()
    const before = paths()
    const reading = bytesOf(pulled.stream())
    await soon()
    expect(paths()).toEqual(before)
    controller.resume()
    expect((await openArchive(await reading)).images[0]?.manifest.digest).toBe(digests[0])
    expect(new Set(paths()).size).toBe(paths().length)
    expect(paths()).toHaveLength(4)
  })

  it('ends with the reason of an abort, before and while the tar is read, and asks for nothing more', async () => {
    const reason = new Error('enough')
    const { registry, paths } = await filledRegistry([
      { kind: 'stalled', path: '/blobs/', method: 'GET', afterBytes: 0 },
    ])
    const early = createWriteController()
    const pulling = pullDockerTar(registry, 'team/app', 'v1', { controller: early })
    await expect.poll(paths).toHaveLength(2)
    early.abort(reason)
    await expect(pulling).rejects.toBe(reason)
    const late = createWriteController()
    const pulled = await pullDockerTar(registry, 'team/app', 'v1', { controller: late, maxBytesPerSecond: 1000 })
    const reading = bytesOf(pulled.stream())
    await soon()
    late.abort(reason)
    await expect(reading).rejects.toBe(reason)
    const before = paths().length
    await soon()
    expect(paths()).toHaveLength(before)
  })

  it('closes its requests where its stream is cancelled', async () => {
    const { registry, embedded } = await filledRegistry()
    const pulled = await pullDockerTar(registry, 'team/app', 'v1')
    const reader = pulled.stream().getReader()
    for (let read = 0; read < 4000; ) read += (await reader.read()).value?.byteLength ?? 0
    await reader.cancel()
    await pulled.close()
    await expect.poll(() => embedded.openBodies).toBe(0)
  })

  it.each<[string, Fault, new (...values: never[]) => Error, string]>([
    ['changes a byte of a layer', { kind: 'flipped', at: 70_000 }, DigestMismatchError, 'DIGEST_MISMATCH'],
    ['has lost a layer', { kind: 'status', status: 404 }, ResponseError, 'CONTENT_LOST'],
    [
      'has a shorter layer',
      { kind: 'resized', byBytes: -9, times: 99, hasLength: true },
      ResponseError,
      'CONTENT_LOST',
    ],
  ])('fails before the tar is whole where the registry %s', async (_, fault, kind, code) => {
    const archive = await createTestArchive({ images: [{ layers: [{ base: 'x'.repeat(200_000) }] }] })
    const [layer] = (await openArchive(archive)).images[0]?.layers ?? []
    const { registry } = await filledRegistry([{ ...fault, method: 'GET', path: layer?.digest ?? '' }])
    const pulled = await pullDockerTar(registry, 'team/app', 'v1')
    const reader = pulled.stream().getReader()
    let received = 0
    async function read(): Promise<void> {
      for (let next = await reader.read(); !next.done; next = await reader.read()) received += next.value.byteLength
    }
    const error = await rejection(read(), kind)
    expect(error).toMatchObject({ code })
    expect(received).toBeLessThan(pulled.size - 1024)
  })

  it('goes on after an answer that is cut', async () => {
    const { registry, embedded, digests } = await filledRegistry([
      { kind: 'cut-answer', method: 'GET', path: '/blobs/', nth: 2, times: 2, afterBytes: 60_000 },
    ])
    const { tar } = await pull(registry, 'team/app', 'v1')
    expect((await openArchive(tar)).images[0]?.manifest.digest).toBe(digests[0])
    expect(embedded.faultsLeft).toBe(0)
  })

  it('throws a ResponseError with status 404 if there is no such image', async () => {
    const { registry } = await filledRegistry()
    expect(await rejection(pullDockerTar(registry, 'team/app', 'v9'), ResponseError)).toMatchObject({ status: 404 })
  })

  it('ends the progress of its controller where it fails', async () => {
    const { registry } = await filledRegistry()
    const controller = createWriteController()
    await rejection(pullDockerTar(registry, 'team/app', 'v9', { controller }), ResponseError)
    expect(await controller[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
  })

  it('names its file so that Windows takes it', async () => {
    const { registry } = await filledRegistry()
    const tag = `v${'1'.repeat(127)}`
    const repository = Array(12).fill('a-long-name').join('/')
    await pushDockerTar(await createTestArchive(), registry, repository, tag)
    const { fileName } = await pullDockerTar(registry, repository, tag)
    expect(fileName).toMatch(/^[\w.-]{200}\.tar$/)
  })
})

describe('pullBundle()', () => {
  it('asks for each blob once, and the tar pushes the same digests by the same names', async () => {
    const { registry, digests, paths } = await filledRegistry()
    const [first, second, third] = digests
    const references = ['team/app:v1', `team/app:v2@${second}`, 'registry.test/other', 'multi:v1']
    const pulled = await pullBundle(registry, references)
    expect(pulled.fileName).toBe('images.tar')
    expect(pulled.images).toEqual([
      { digest: first, names: ['registry.test/team/app:v1'] },
      { digest: second, names: ['registry.test/team/app:v2'] },
      { digest: third, names: ['registry.test/other:latest'] },
      { digest: digests[3], names: ['registry.test/multi:v1'] },
    ])
    const tar = await bytesOf(pulled.stream())
    await pulled.close()
    const blobs = paths().flatMap((path) => /blobs\/(.*)/.exec(path)?.[1] ?? [])
    expect(new Set(blobs).size).toBe(blobs.length)
    const target = openRegistry('https://target.test', { fetch: createTestRegistry().fetch })
    expect(await pushDockerTarWithAllOriginalTags(tar, target)).toEqual(digests)
  })

  it('writes an image that is named twice once', async () => {
    const { registry, digests } = await filledRegistry()
    const pulled = await pullBundle(registry, ['team/app:v1', `team/app@${digests[0]}`])
    expect(pulled.images).toEqual([{ digest: digests[0], names: ['registry.test/team/app:v1'] }])
  })

  it('of one image has the name of that', async () => {
    const { registry } = await filledRegistry()
    expect((await pullBundle(registry, ['team/app:v1'])).fileName).toBe('team-app-v1.tar')
  })

  it.each<[string, unknown, new (...values: never[]) => Error, RegExp]>([
    ['no array', 'team/app:v1', TypeError, /^Cannot use references: it has to be an array of names such as/],
    ['an empty array', [], TypeError, /references is empty; pass an array of names such as/],
    ['no reference', ['Team/App'], ValidationError, /Team\/App/],
    ['an image of another registry', ['localhost:5000/app:v1'], ValidationError, /without another registry/],
    ['a digest of another kind', [`team/app@sha512:${'a'.repeat(128)}`], ValidationError, /sha256:/],
  ])('refuses %s', async (_, references, kind, message) => {
    const { registry, paths } = await filledRegistry()
    await rejection(pullBundle(registry, references as string[]), kind, message)
    expect(paths()).toEqual([])
  })
})
