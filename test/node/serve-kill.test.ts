import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { toReadable } from '../../src/source/stream.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { OCI_MANIFEST, OCTETS } from '../support/plain-client.ts'
import { createRandom } from '../support/random.ts'

// Registries in a folder whose process is killed, as by `kill -9`, and what the next one has.

const KILLS = Number(process.env.KILLS ?? 5)
const WORKERS = 4
/** The size of the large blob. */
const MIB = 256
const random = createRandom(Number(process.env.FUZZ_SEED ?? 20_260_101))
const upTo = (most: number) => Math.floor(random() * most)
const root = mkdtempSync(join(tmpdir(), 'serve-kill-'))
const children = new Set<ChildProcess>()

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Serves a folder in a process of its own; gives what it prints first: its URL, or the code of an error. */
async function serve(folder: string): Promise<{ said: string; stop(): Promise<string>; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['test/support/serve-program.js', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  const lines = createInterface(child.stdout)
  const [said] = await once(lines, 'line')
  return {
    said: String(said),
    async stop() {
      child.kill('SIGTERM')
      return String((await once(lines, 'line'))[0])
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      children.delete(child)
    },
  }
}

/** What was answered with 201, and what may have been done without an answer. */
interface Known {
  readonly blobs: Set<string>
  readonly manifests: Map<string, string>
  /** Each tag with the digest that was answered last, and those that may have replaced it since. */
  readonly tags: Map<string, { set: string | undefined; maybe: string[] }>
}

const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Pushes random images until the registry is gone. */
async function pushOn(url: string, repository: string, known: Known): Promise<void> {
  for (;;) {
    const bytes = [randomBytes(1 + upTo(2_500_000)), randomBytes(1 + upTo(300))]
    const [layer, config] = [await push(bytes[0] as Buffer), await push(bytes[1] as Buffer)]
    if (!layer || !config) return
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] })
    const digest = digestOf(manifest)
    const tag = `v${upTo(3)}`
    const state = known.tags.get(tag) ?? { set: undefined, maybe: [] }
    known.tags.set(tag, state)
    state.maybe.push(digest)
    if ((await ask('PUT', `/v2/${repository}/manifests/${tag}`, manifest, OCI_MANIFEST))?.status !== 201) return
    known.manifests.set(digest, manifest)
    Object.assign(state, { set: digest, maybe: [] })
  }

  async function push(blob: Buffer) {
    const digest = digestOf(blob)
    let location = (await ask('POST', `/v2/${repository}/blobs/uploads/`))?.headers.get('location')
    const half = upTo(2) === 0 ? 0 : upTo(blob.length)
    if (half > 0 && location) {
      location = (await ask('PATCH', location, blob.subarray(0, half), OCTETS['content-type']))?.headers.get('location')
    }
    if (!location) return undefined
    const closed = await ask('PUT', `${location}&digest=${digest}`, blob.subarray(half), OCTETS['content-type'])
    if (closed?.status !== 201) return undefined
    known.blobs.add(digest)
    return { mediaType: 'x/y', digest, size: blob.length }
  }

  /** Returns `undefined` if the registry is gone. */
  async function ask(method: string, path: string, body?: string | Buffer, type = 'application/json') {
    const request = { method, body: body as BodyInit, headers: { 'content-type': type } }
    return fetch(new URL(path, url), body === undefined ? { method } : request).catch(() => undefined)
  }
}

async function verify(url: string, repository: string, known: Known): Promise<void> {
  const get = async (path: string) => {
    const answer = await fetch(new URL(`/v2/${repository}/${path}`, url))
    return { status: answer.status, bytes: new Uint8Array(await answer.arrayBuffer()) }
  }
  for (const digest of known.blobs) expect(digestOf((await get(`blobs/${digest}`)).bytes)).toBe(digest)
  for (const [digest, text] of known.manifests) {
    expect(new TextDecoder().decode((await get(`manifests/${digest}`)).bytes)).toBe(text)
  }
  const listed = await get('tags/list')
  const tags: string[] = listed.status === 200 ? JSON.parse(new TextDecoder().decode(listed.bytes)).tags : []
  for (const [tag, { set }] of known.tags) if (set) expect(tags).toContain(tag)
  for (const tag of tags) {
    const manifest = await get(`manifests/${tag}`)
    const { set, maybe } = known.tags.get(tag) ?? { set: undefined, maybe: [] }
    expect([set, ...maybe]).toContain(digestOf(manifest.bytes))
    known.tags.set(tag, { set: digestOf(manifest.bytes), maybe: [] })
    const { config, layers } = JSON.parse(new TextDecoder().decode(manifest.bytes))
    for (const { digest } of [config, ...layers]) expect(digestOf((await get(`blobs/${digest}`)).bytes)).toBe(digest)
  }
}

it('a registry in a folder takes no more memory for a larger blob', async () => {
  const { said: url, stop } = await serve(join(root, 'large'))
  const piece = randomBytes(2 ** 20)
  const hash = createHash('sha256')
  for (let count = 0; count < MIB; count++) hash.update(piece)
  const digest = `sha256:${hash.digest('hex')}`
  async function* pieces() {
    for (let count = 0; count < MIB; count++) yield piece
  }
  const { headers } = await fetch(new URL('/v2/a/blobs/uploads/', url), { method: 'POST' })
  const location = new URL(`${headers.get('location')}&digest=${digest}`, url)
  const body = toReadable(pieces())
  const upload = { method: 'PUT', headers: OCTETS, body, duplex: 'half' } as RequestInit
  expect((await fetch(location, upload)).status).toBe(201)
  const read = createHash('sha256')
  for await (const part of (await fetch(new URL(`/v2/a/blobs/${digest}`, url))).body ?? []) read.update(part)
  expect(`sha256:${read.digest('hex')}`).toBe(digest)
  expect(Number(await stop())).toBeLessThan(170 * 1024)
})

describe('a registry in a folder that is killed', () => {
  it(`has all that it answered with 201, ${KILLS} times`, { timeout: 60_000 + KILLS * 10_000 }, async () => {
    const folder = join(root, 'killed')
    const known = Array.from(
      { length: WORKERS },
      (): Known => ({ blobs: new Set(), manifests: new Map(), tags: new Map() }),
    )
    for (let kill = 0; kill < KILLS; kill++) {
      const { said: url, kill: end } = await serve(folder)
      // Only what this round adds, for the time that it takes.
      const pushing = known.map((own, worker) => pushOn(url, `worker/${worker}`, own))
      await new Promise((resolve) => setTimeout(resolve, upTo(700)))
      await end()
      await Promise.all(pushing)
      const next = await serve(folder)
      expect(readdirSync(join(folder, '.drafts'))).toEqual([])
      for (const [worker, own] of known.entries()) {
        await verify(next.said, `worker/${worker}`, own)
        own.blobs.clear()
      }
      await next.kill()
    }
    const pushed = known.reduce((sum, { manifests }) => sum + manifests.size, 0)
    expect(pushed).toBeGreaterThan(0)
    process.stdout.write(`${KILLS} kills, ${pushed} images\n`)
  })

  it('does not block the next one, and a registry that runs blocks it', async () => {
    const folder = join(root, 'locked')
    const first = await serve(folder)
    expect((await serve(folder)).said).toBe('FOLDER_UNUSABLE')
    await first.kill()
    const start = performance.now()
    const next = await serve(folder)
    expect(next.said).toMatch(/^http:/)
    expect(performance.now() - start).toBeLessThan(4000)
    expect(JSON.parse(readFileSync(join(folder, '.lock'), 'utf8')).processId).toBeGreaterThan(0)
  })

  it.each([
    ['on another host', JSON.stringify({ id: 'x', host: 'another', processId: process.pid })],
    ['before it had written its lock', ''],
    ['and whose process ID is in use again', JSON.stringify({ id: 'x', host: hostname(), processId: process.ppid })],
    ['whose ID this process has', JSON.stringify({ id: 'x', host: hostname(), processId: process.pid })],
  ])('does not block the next one if it was killed %s', async (how, lock) => {
    const folder = join(root, how.replaceAll(' ', '-'))
    await (await serveTestRegistry({ folder })).close()
    writeFileSync(join(folder, '.lock'), lock)
    const registry = await serveTestRegistry({ folder })
    await registry.close()
    expect(readdirSync(folder)).not.toContain('.lock')
  })

  it('blocks the next one if it lives on another host', async () => {
    const folder = join(root, 'elsewhere')
    await (await serveTestRegistry({ folder })).close()
    const lock = join(folder, '.lock')
    writeFileSync(lock, JSON.stringify({ id: 'x', host: 'another', processId: 1 }))
    let beats = 0
    const timer = setInterval(() => utimesSync(lock, Date.now() / 1000, ++beats), 1000)
    await expect(serveTestRegistry({ folder })).rejects.toMatchObject({
      code: 'FOLDER_UNUSABLE',
      fault: `Cannot serve "${folder}": process 1 on another is using it`,
    })
    clearInterval(timer)
  })

  it('refuses all requests if another process has taken the folder over', async () => {
    const folder = join(root, 'taken')
    const registry = await serveTestRegistry({ folder })
    writeFileSync(join(folder, '.lock'), JSON.stringify({ id: 'x', host: 'another', processId: 1 }))
    await expect.poll(async () => (await fetch(new URL('/v2/', registry.url))).status, { timeout: 5000 }).toBe(500)
    expect(await (await fetch(new URL('/v2/', registry.url))).text()).toContain('another process has taken it over')
    await registry.close()
    expect(readdirSync(folder)).toContain('.lock')
  })
})
