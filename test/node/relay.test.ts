import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, inject, it, vi } from 'vitest'
import {
  DigestMismatchError,
  listTags,
  openRegistry,
  type PushProgress,
  type PushStreamOptions,
  pushDockerTar,
  pushStream,
  RegistryError,
  type StreamInput,
  TarReadError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { LARGE_ARCHIVES, LARGE_LAYERS, noise } from '../support/large-layers.ts'
import { gzip, zip, zstd } from '../support/packing.ts'
import { piped } from '../support/piped.ts'
import { PRODUCERS } from '../support/producers.ts'
import { rawTar } from '../support/tar.ts'

const large = await createTestArchive({ images: [{ layers: LARGE_LAYERS }] })
const run = Date.now().toString(36)
let count = 0

/** Relays to a registry in memory. */
async function relayed(stream: StreamInput, options: PushStreamOptions = {}, given = createTestRegistry()) {
  const handle = openRegistry('https://registry.test', { fetch: given.fetch, retry: 0 })
  const digest = await pushStream(stream, handle, 'team/app', 'v1', options)
  return { digest, handle, registry: given }
}

/** What a push of the same bytes gives, from where they can be read in any order. */
async function pushed(bytes: Uint8Array): Promise<string> {
  const handle = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
  return pushDockerTar(bytes, handle, 'team/app', 'v1', { image: 0 })
}

describe('pushStream()', () => {
  it.each(Object.entries(LARGE_ARCHIVES))(
    'relays what %s writes to a real registry, as pushDockerTar pushes it',
    async (_, make) => {
      const url = inject('registryUrl')
      const repository = `relay-${run}/${count++}`
      const bytes = await make()
      const digest = await pushStream(piped(bytes), url, repository, 'v1', { verify: true })
      expect(digest).toBe(await pushDockerTar(bytes, url, repository, 'v2'))
      expect(await listTags(url, repository)).toEqual(['v1', 'v2'])
    },
  )

  it.each(PRODUCERS)('relays small archives of $producer $versions as pushDockerTar pushes them', async ({ make }) => {
    const bytes = await make()
    expect((await relayed(piped(bytes), { image: 0 })).digest).toBe(await pushed(bytes))
  })

  const streams: Readonly<Record<string, () => StreamInput>> = {
    'a Response': () => new Response(large),
    'a ReadableStream': () => Readable.toWeb(Readable.from(piped(large))) as ReadableStream<Uint8Array>,
    'a stream of Node': () => Readable.from(piped(large)),
    'pieces of one byte, and of none': () => piped(large.slice(), [1, 0, 100_000]),
    'one piece': () => piped(large, [large.length]),
  }
  it.each(Object.entries(streams))('takes %s', async (_, make) => {
    expect((await relayed(make())).digest).toBe(await pushed(large))
  })

  it('unpacks gzip and zstd on the way', async () => {
    const wanted = await pushed(large)
    expect((await relayed(piped(await gzip(large)))).digest).toBe(wanted)
    expect((await relayed(piped(zstd(large)))).digest).toBe(wanted)
    expect((await relayed(piped(await gzip(zstd(large))))).digest).toBe(wanted)
  })

  it('stores nothing', async () => {
    const spool = vi.fn()
    await relayed(piped(large), { runtime: { spool } })
    expect(spool).not.toHaveBeenCalled()
  })

  it('sends each blob once, passes over what the repository has, and then sends two requests for a manifest', async () => {
    const { registry } = await relayed(piped(large))
    const sent = registry.bodyBytes
    registry.requests.length = 0
    await relayed(piped(large), {}, registry)
    expect(registry.bodyBytes).toBe(sent)
    expect(registry.requests.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('sends again what the registry has, with { existing: "upload" }', async () => {
    const { registry } = await relayed(piped(large))
    const sent = registry.bodyBytes
    await relayed(piped(large), { existing: 'upload' }, registry)
    expect(registry.bodyBytes).toBeGreaterThanOrEqual(2 * sent)
  })

  it('mounts a blob from another repository, and passes over its bytes', async () => {
    const registry = createTestRegistry()
    const handle = openRegistry('https://registry.test', { fetch: registry.fetch })
    await pushDockerTar(large, handle, 'team/base', 'v1')
    const sent = registry.bodyBytes
    const digest = await pushStream(piped(large), handle, 'team/app', 'v1', { mountFrom: 'team/base' })
    expect(digest).toBe(await pushed(large))
    expect(registry.bodyBytes).toBe(sent)
  })

  it('tells a total that grows, no time that is left before the stream has ended, and all bytes at the end', async () => {
    const seen: PushProgress[] = []
    const bytes = await (LARGE_ARCHIVES['docker 1.10 to 24'] as () => Promise<Uint8Array>)()
    await relayed(piped(bytes), { chunkSize: 50_000, onProgress: (progress) => seen.push(progress) })
    const totals = seen.map(({ totalBytes }) => totalBytes)
    expect(totals).toEqual([...totals].sort((one, other) => one - other))
    expect(new Set(totals).size).toBeGreaterThan(2)
    const sent = seen.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual([...sent].sort((one, other) => one - other))
    const last = seen.at(-1)
    expect(last).toMatchObject({ phase: 'done', sentBytes: last?.totalBytes, remainingSeconds: 0 })
    const streaming = seen.slice(
      0,
      seen.findIndex(({ phase }) => phase === 'plan'),
    )
    expect(streaming.length).toBeGreaterThan(8)
    expect(streaming.filter(({ remainingSeconds }) => remainingSeconds !== undefined)).toEqual([])
    expect(last?.blobs.map(({ digest }) => digest.length)).toEqual([71, 71, 71, 71])
  })

  it('relays several images, and sets the tag of the one that is chosen', async () => {
    const images = [
      { names: ['one:v1'], layers: [{ a: noise(100_000, 4) }] },
      { names: ['two:v1'], layers: [{ a: noise(100_000, 5) }] },
    ]
    const bytes = await createTestArchive({ images })
    await rejection(relayed(piped(bytes)), ValidationError, /the archive holds 2 .*none was chosen/)
    const { digest } = await relayed(piped(bytes), { image: 'two:v1' })
    const handle = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    expect(digest).toBe(await pushDockerTar(bytes, handle, 'a', 'v1', { image: 'two:v1' }))
  })

  it('sets the tags of the image by default, and those of the options', async () => {
    const registry = createTestRegistry()
    const handle = openRegistry('https://registry.test', { fetch: registry.fetch })
    await pushStream(piped(large), handle, 'team/app')
    await pushStream(piped(large), handle, 'team/app', 'v2', { tags: ['v3'] })
    await pushStream(piped(large), handle, 'team/app', undefined, { rename: (name) => `${name}-renamed` })
    expect(await listTags(handle, 'team/app')).toEqual(['v1', 'v1-renamed', 'v2', 'v3'])
  })

  it('stops in a pause, and goes on', async () => {
    const controller = node.createPushController()
    controller.pause()
    const registry = createTestRegistry()
    const relaying = relayed(piped(large), { controller }, registry)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(registry.requests).toEqual([])
    controller.resume()
    expect((await relaying).digest).toBe(await pushed(large))
  })

  it('uploads nothing of a tar that has no image', async () => {
    const registry = createTestRegistry()
    const files = [
      { name: 'usr/bin/program', data: noise(300_000, 6) },
      { name: 'etc/passwd', data: 'root' },
    ]
    await rejection(relayed(piped(rawTar(files)), {}, registry), ValidationError, /the files of a container/)
    expect(registry.requests).toEqual([])
  })
})

describe('pushStream() says what cannot be done in one pass, and names the remedy', () => {
  it.each(['sessions', 'compress', 'entry'])('of the option %s', async (name) => {
    const cancel = vi.fn()
    const stream = new ReadableStream<Uint8Array>({ cancel })
    const error = await rejection(relayed(stream, { [name]: {} }), ValidationError, /in one pass/)
    expect(error).toMatchObject({ code: 'NOT_SUPPORTED', remedy: expect.stringContaining('pushDockerTar') })
    expect(cancel).toHaveBeenCalled()
  })

  it('of zip, xz and bzip2', async () => {
    const zipped = await rejection(relayed(piped(await zip({ 'image.tar': large }))), TarReadError, /a zip/)
    expect(zipped.remedy).toContain('pushDockerTar')
    for (const head of ['\xfd7zXZ\0', 'BZh91A']) {
      const bytes = Uint8Array.from(head.padEnd(3000, '\x01'), (character) => character.charCodeAt(0))
      const error = await rejection(relayed(piped(bytes)), TarReadError, /packed with/)
      expect(error).toMatchObject({ code: 'NOT_SUPPORTED', remedy: expect.stringMatching(/unpack it first/) })
    }
  })

  it('of JSON that is too large to be held, and that an image needs', async () => {
    const Config = 'config.json'
    const manifest = JSON.stringify([{ Config, RepoTags: ['a:v1'], Layers: [] }])
    const bytes = rawTar([
      { name: Config, data: `{"x":"${'y'.repeat(5 * 1024 * 1024)}"}` },
      { name: 'manifest.json', data: manifest },
    ])
    const error = await rejection(relayed(piped(bytes, [65_536])), TarReadError, /"config.json" has to be read/)
    expect(error.remedy).toContain('pushDockerTar')
  })

  it('of more than 64 MiB that would have to be held', async () => {
    async function* many(): AsyncGenerator<Uint8Array> {
      const data = `{"x":"${'y'.repeat(4_000_000)}"}`
      for (let index = 0; index < 20; index++) yield rawTar([{ name: `${index}.json`, data }]).slice(0, -1024)
    }
    const error = await rejection(relayed(many()), TarReadError, /more than 67108864 bytes/)
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', remedy: expect.stringContaining('pushDockerTar') })
  })
})

describe('pushStream()', () => {
  it.each([
    ['.', pushStream],
    ['./node', node.pushStream],
  ])('of %s names what is wrong if a Node stream is destroyed before its end', async (_, push) => {
    for (const length of [0, 100, 70_000]) {
      const stream = new Readable({ read() {} })
      if (length > 0) stream.push(large.slice(0, length))
      setTimeout(() => stream.destroy(), 50)
      const handle = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch, retry: 0 })
      const error = await rejection(
        push(stream, handle, 'a', 'v1'),
        TarReadError,
        new RegExp(`closed at byte ${length},`),
      )
      expect(error).toMatchObject({ code: 'ARCHIVE_DAMAGED', remedy: 'save or download it again' })
    }
  })

  it('takes a large layer that comes twice with the same bytes, as pushDockerTar does, and no other bytes', async () => {
    const layer = rawTar([{ name: 'file', data: 'x'.repeat(100_000) }])
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
    })
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
    const archive = (second: Uint8Array) =>
      rawTar([
        { name: 'a/layer.tar', data: text(layer) },
        { name: 'a/layer.tar', data: text(second) },
        { name: 'config.json', data: config },
        {
          name: 'manifest.json',
          data: JSON.stringify([{ Config: 'config.json', RepoTags: ['a:v1'], Layers: ['a/layer.tar'] }]),
        },
      ])
    const bytes = archive(layer)
    expect((await relayed(piped(bytes))).digest).toBe(await pushed(bytes))
    const other = rawTar([{ name: 'file', data: 'y'.repeat(100_000) }])
    await expect(relayed(piped(archive(other)))).rejects.toThrow(/^Cannot /)
  })
})

describe('pushStream() refuses', () => {
  it('what is no stream, and no repository', async () => {
    const url = 'https://registry.test'
    await rejection(pushStream('image.tar' as never, url, 'a'), TypeError, /a stream or a Response.*pushDockerTar/)
    await rejection(pushStream(new Blob() as never, url, 'a'), TypeError)
    await rejection(
      pushStream(piped(large), url, undefined as never),
      TypeError,
      /^Cannot use repository: it is missing/,
    )
    await rejection(pushStream(piped(large), url, 'A b'), ValidationError)
    await rejection(pushStream(piped(large), url, 'a', 'no tag'), ValidationError)
    await rejection(pushStream(new Response('no', { status: 404 }), url, 'a'), RegistryError, /it has status 404/)
  })

  it('an empty stream, and one that is no tar', async () => {
    await rejection(relayed(piped(new Uint8Array(0))), TarReadError, /the stream: it is empty/)
    await rejection(relayed(piped(new Uint8Array(100))), TarReadError, /100 bytes, too few/)
    const page = new TextEncoder().encode('<!doctype html><title>Sign in</title>'.padEnd(5000))
    await rejection(relayed(piped(page)), TarReadError, /a web page/)
  })

  it('a stream that was cut short, wherever that is', async () => {
    // The end mark and what fills up the last file may be missing.
    const end = large.findLastIndex((byte) => byte !== 0) + 1
    const random = [1, 100, 512, 513, 1000, 70_000, 150_000, 203_000, 300_000, end - 1]
    for (const length of random) {
      const registry = createTestRegistry()
      await rejection(relayed(piped(large.slice(0, length)), { chunkSize: 50_000 }, registry), RegistryError)
      expect(registry.openUploads).toBe(0)
      expect(registry.requests.filter(({ url }) => url.includes('/manifests/'))).toEqual([])
    }
    expect((await relayed(piped(large.slice(0, end)))).digest).toBe(await pushed(large))
  })

  it('wrong bytes, before the upload is closed', async () => {
    for (const name of ['docker 25 and later', 'docker 1.10 to 24', 'podman and skopeo (docker-archive)']) {
      const bytes = (await LARGE_ARCHIVES[name]?.())?.slice() as Uint8Array
      // In the middle of the first layer.
      bytes[100_000] = (bytes[100_000] ?? 0) ^ 1
      const registry = createTestRegistry()
      await rejection(relayed(piped(bytes), {}, registry), DigestMismatchError)
      expect(registry.openUploads).toBe(0)
      expect(registry.requests.filter(({ url }) => url.includes('/manifests/'))).toEqual([])
    }
  })

  it('two different files of one name', async () => {
    const files = [1, 2].map((seed) => ({ name: 'manifest.json', data: JSON.stringify([seed]) }))
    const error = await rejection(relayed(piped(rawTar(files))), ValidationError)
    expect(error.code).toBe('ARCHIVE_UNSAFE')
  })

  it('what exceeds the limits of an archive', async () => {
    const entries = rejection(relayed(piped(large), { limits: { entries: 3 } }), TarReadError, /more than 3 entries/)
    expect((await entries).code).toBe('LIMIT_EXCEEDED')
    await rejection(relayed(piped(large), { limits: { spoolSize: 1000 } }), TarReadError, /more than 1000 bytes/)
    const bomb = await gzip(new Uint8Array(80 * 1024 * 1024))
    await rejection(relayed(piped(bomb, [65_536])), TarReadError)
  })
})

describe('pushStream() leaves nothing behind', () => {
  it('after an abort: the stream is let go of, uploads are cancelled, no tag moves', async () => {
    const reason = new Error('enough')
    const registry = createTestRegistry()
    const controller = new AbortController()
    const cancel = vi.fn()
    let sent = 0
    const stream = new ReadableStream<Uint8Array>({
      pull: (stream) => {
        // Then nothing comes.
        if (sent >= 150_000) return void setTimeout(() => controller.abort(reason), 20)
        stream.enqueue(large.slice(sent, sent + 10_000))
        sent += 10_000
      },
      cancel,
    })
    const relaying = relayed(stream, { signal: controller.signal, chunkSize: 50_000 }, registry)
    await expect(relaying).rejects.toBe(reason)
    expect(cancel).toHaveBeenCalled()
    expect(registry.openUploads).toBe(0)
    expect(registry.bodyBytes).toBeGreaterThan(0)
  })

  it('after a failure of the stream, whose reason it passes on', async () => {
    const reason = new node.NetworkError('NO_ANSWER', 'Cannot read', { method: 'GET', url: 'https://other.test/' })
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield large.slice(0, 150_000)
      throw reason
    }
    const registry = createTestRegistry()
    await expect(relayed(broken(), { chunkSize: 50_000 }, registry)).rejects.toBe(reason)
    expect(registry.openUploads).toBe(0)
  })

  it('destroys a stream of Node if the registry refuses', async () => {
    const faults = [{ kind: 'status', status: 403, method: 'POST' } as const]
    const stream = Readable.from(piped(large))
    await rejection(relayed(stream, {}, createTestRegistry({ faults })), RegistryError)
    await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  })
})
