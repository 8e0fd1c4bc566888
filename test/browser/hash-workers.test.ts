import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { commands } from 'vitest/browser'
import {
  DigestMismatchError,
  memorySessions,
  openRegistry,
  type PushArchiveOptions,
  pushDockerTar,
  RegistryError,
} from '../../src/index.ts'
import { createTestRegistry, type TestRegistry } from '../../src/testing/index.ts'
import { chooseArchive } from '../support/chosen-archive.ts'
import { rejection } from '../support/errors.ts'

const MIB = 2 ** 20

/** What the page's Workers did. */
const seen = { started: 0, ended: 0, hashed: 0, refused: 0 }
let urls: string[]

const RealWorker = globalThis.Worker
class WatchedWorker extends RealWorker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options)
    seen.started++
    urls.push(String(url))
    this.addEventListener('message', ({ data }) => {
      if (data) seen.hashed++
      else seen.refused++
    })
  }

  override terminate(): void {
    seen.ended++
    super.terminate()
  }
}

let embedded: TestRegistry
beforeEach(() => {
  Object.assign(seen, { started: 0, ended: 0, hashed: 0, refused: 0 })
  urls = []
  vi.stubGlobal('Worker', WatchedWorker)
  embedded = createTestRegistry()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

function push(file: File, options?: PushArchiveOptions): Promise<string> {
  return pushDockerTar(file, openRegistry('http://registry.test', { fetch: embedded.fetch }), 'team/app', 'v1', options)
}

describe('the Workers of a push from a page', () => {
  it('hash the larger parts of a File, no more at once than there are cores, and end with it', async () => {
    const { file } = await chooseArchive(3, 12)
    await push(file, { chunkSize: 5 * MIB, verify: true })
    expect(seen).toEqual({ started: seen.started, ended: seen.started, hashed: 6, refused: 0 })
    expect(seen.started).toBeGreaterThan(0)
    expect(seen.started).toBeLessThanOrEqual(navigator.hardwareConcurrency)
  })

  it('are not started for small ones, nor where they are not wanted', async () => {
    const [small, large] = [await chooseArchive(3, 3), await chooseArchive(1, 12)]
    await push(small.file)
    await push(large.file, { runtime: { hashWorkers: false } })
    expect(seen.started).toBe(0)
  })

  it('come to an end, whenever garbage is collected', async () => {
    const { file } = await chooseArchive(1, 200)
    const hashWorkers = () =>
      new Worker(new URL('../support/collecting-hash-worker.ts', import.meta.url), { type: 'module' })
    await push(file, { chunkSize: 50 * MIB, runtime: { hashWorkers } })
    expect(seen).toMatchObject({ hashed: 4, refused: 0 })
  })

  it('find out that a File is not what its archive says, before it is in', async () => {
    const { file, diffIds } = await chooseArchive(1, 12)
    const bytes = new Uint8Array(await file.arrayBuffer())
    bytes[6 * MIB] = ~(bytes[6 * MIB] as number)
    await rejection(push(new File([bytes], 'damaged.tar'), { chunkSize: 5 * MIB }), DigestMismatchError)
    expect(seen.hashed).toBe(2)
    const closed = embedded.requests.filter(
      ({ method, url }) => method === 'PUT' && url.includes(`${diffIds[0]?.slice('sha256:'.length)}`),
    )
    expect([closed, embedded.openUploads]).toEqual([[], 0])
  })

  it('give way to the thread where it is the File that cannot be read, and that is what is told', async () => {
    const { file, path } = await chooseArchive(1, 12)
    const unreadable = vi.fn(async (request: Request) => {
      if (request.method === 'POST') await commands.changeFile(path, 'remove')
      return embedded.fetch(request)
    })
    const registry = openRegistry('http://registry.test', { fetch: unreadable })
    await rejection(
      pushDockerTar(file, registry, 'team/app', 'v1'),
      RegistryError,
      /removed after it was chosen|should be sha256/,
    )
    expect(embedded.openUploads).toBe(0)
  })

  it('save the states that a later push goes on from', async () => {
    const { file } = await chooseArchive(1, 22)
    const sessions = memorySessions()
    const aborting = new AbortController()
    const begun = push(file, {
      chunkSize: 5 * MIB,
      sessions,
      signal: aborting.signal,
      onProgress: ({ sentBytes }) => sentBytes >= 10 * MIB && aborting.abort(new Error('enough')),
    })
    await rejection(begun, Error, /enough/)
    const before = seen.hashed
    expect(before).toBeLessThan(4)
    await push(file, { chunkSize: 5 * MIB, sessions, verify: true })
    // Four parts, and a last one that is too small for them: none of them twice.
    expect(seen.hashed).toBe(4)
  })

  it('start from a Blob URL in the package as it is built', async () => {
    const { file } = await chooseArchive(1, 12)
    const built: typeof import('../../src/index.ts') = await import(
      /* @vite-ignore */ new URL('../../dist/index.js', import.meta.url).href
    )
    const registry = built.openRegistry('http://registry.test', { fetch: embedded.fetch })
    await built.pushDockerTar(file, registry, 'team/app', 'v1', { verify: true })
    expect(urls.map((url) => new URL(url).protocol)).toEqual(urls.map(() => 'blob:'))
    expect(seen.hashed).toBeGreaterThan(0)
  })

  it('can be brought along', async () => {
    const { file } = await chooseArchive(1, 12)
    const start = vi.fn(
      () => new Worker(new URL('../../src/hash/worker.ts', import.meta.url), { type: 'module', name: 'own' }),
    )
    await push(file, { runtime: { hashWorkers: start }, verify: true })
    expect(start).toHaveBeenCalled()
    expect([seen.started, seen.hashed > 0]).toEqual([start.mock.calls.length, true])
  })
})

describe('where there can be no Workers, the thread hashes', () => {
  it('by an exception of the constructor', async () => {
    const { file } = await chooseArchive(1, 12)
    const refuse = vi.fn(() => {
      throw new DOMException('No Workers here', 'SecurityError')
    })
    await push(file, { runtime: { hashWorkers: refuse }, verify: true })
    expect(refuse).toHaveBeenCalledTimes(1)
  })

  it('by a script that does not run', async () => {
    const { file } = await chooseArchive(1, 12)
    const script = URL.createObjectURL(new Blob(['throw new Error("broken")'], { type: 'text/javascript' }))
    await push(file, { runtime: { hashWorkers: () => new Worker(script) }, verify: true })
    expect(seen).toEqual({ started: 1, ended: 1, hashed: 0, refused: 0 })
  })

  it("by the page's content security policy", async () => {
    const frame = document.createElement('iframe')
    frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="worker-src 'none'">`
    document.body.append(frame)
    await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
    const start = vi.fn((url: URL) => {
      const { Worker } = frame.contentWindow as Window & typeof globalThis
      const worker = new Worker(url)
      worker.addEventListener('message', () => seen.hashed++)
      return worker
    })
    const url = new URL(URL.createObjectURL(new Blob(['onmessage = () => postMessage(undefined)'])))
    const { file } = await chooseArchive(1, 12)
    await push(file, { runtime: { hashWorkers: () => start(url) }, verify: true })
    expect(start).toHaveBeenCalledTimes(1)
    expect(seen.hashed).toBe(0)
    frame.remove()
  })
})
