import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { RegistryError } from '../../src/index.ts'
import { listReferrers, listTags, openImage, pushDockerTar } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ServedTestRegistry, type ServeOptions, serveTestRegistry } from '../../src/testing/node.ts'
import { rejection } from '../support/errors.ts'
import { digestOfText, MANIFEST, OCI_MANIFEST, plainClient } from '../support/plain-client.ts'

const root = mkdtempSync(join(tmpdir(), 'serve-folder-'))
let count = 0
const running = new Set<ServedTestRegistry>()

afterAll(() => rmSync(root, { recursive: true }))
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all([...running].map((registry) => registry.close()))
  running.clear()
})

const newFolder = () => join(root, String(count++), 'registry')

async function serve(folder: string, options: ServeOptions = {}) {
  const registry = await serveTestRegistry({ folder, ...options })
  running.add(registry)
  return { registry, url: registry.url, ...plainClient(fetch, registry.url) }
}

const hex = (text: string) => digestOfText(text).slice('sha256:'.length)
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const DAY = 24 * 60 * 60 * 1000
const makeOld = (path: string, age = 2 * DAY) => utimesSync(path, (Date.now() - age) / 1000, (Date.now() - age) / 1000)
/** Lets the registry believe that so many days have passed. */
const inDays = (days: number) => vi.setSystemTime(Date.now() + days * DAY)

describe('serveTestRegistry({ folder })', () => {
  it('has after a restart what was pushed: tags, manifests, blobs and referrers', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    const digest = await pushDockerTar(await createTestArchive(), first.url, 'team/app', 'v1')
    await first.ask('PUT', `/v2/team/app/manifests/${digest}?tag=v2&tag=latest`, await text(first, digest), {
      'content-type': (await first.ask('HEAD', `/v2/team/app/manifests/v1`)).headers.get('content-type') ?? '',
    })
    const subject = { mediaType: OCI_MANIFEST, digest, size: 1 }
    await first.putImage('v1', 'team/app')
    const referrer = JSON.stringify({ ...JSON.parse(MANIFEST), subject, artifactType: 'x/sbom' })
    await first.ask('PUT', `/v2/team/app/manifests/${digestOfText(referrer)}`, referrer, {
      'content-type': OCI_MANIFEST,
    })
    await first.registry.close()

    const { url, ask } = await serve(folder)
    expect(await listTags(url, 'team/app')).toEqual(['latest', 'v1', 'v2'])
    expect((await openImage(url, 'team/app', 'latest')).manifest.digest).toBe(digest)
    expect((await ask('GET', '/v2/team/app/manifests/v1')).text).toBe(MANIFEST)
    expect((await ask('GET', `/v2/team/app/blobs/${digestOfText('layer')}`)).text).toBe('layer')
    expect(await listReferrers(url, 'team/app', digest)).toMatchObject([{ artifactType: 'x/sbom' }])
    expect((await ask('GET', '/v2/_catalog')).text).toBe('{"repositories":["team/app"]}')
  })

  it('keeps each repository as an image layout', async () => {
    const folder = newFolder()
    const { putImage, ask } = await serve(folder)
    await putImage('v1', 'team/app')
    await ask('PUT', '/v2/team/app/manifests/v2', MANIFEST, { 'content-type': OCI_MANIFEST })
    await ask('PUT', '/v2/team/app/manifests/v2', `${MANIFEST} `, { 'content-type': OCI_MANIFEST })
    await ask('PUT', `/v2/team/app/manifests/v3`, MANIFEST, { 'content-type': OCI_MANIFEST })
    await ask('DELETE', `/v2/team/app/manifests/v2`)
    const path = (name: string) => readFileSync(join(folder, 'team', 'app', name), 'utf8')
    const entry = { mediaType: OCI_MANIFEST, digest: digestOfText(MANIFEST), size: MANIFEST.length }
    const tagged = (tag: string) => ({ ...entry, annotations: { 'org.opencontainers.image.ref.name': tag } })
    expect(JSON.parse(path('oci-layout'))).toEqual({ imageLayoutVersion: '1.0.0' })
    expect(JSON.parse(path('index.json')).manifests).toEqual([
      tagged('v1'),
      tagged('v3'),
      { ...entry, digest: digestOfText(`${MANIFEST} `), size: MANIFEST.length + 1 },
    ])
    const blobs = [MANIFEST, `${MANIFEST} `, 'config', 'layer'].map(hex).sort()
    expect(readdirSync(join(folder, 'team', 'app', 'blobs', 'sha256')).sort()).toEqual(blobs)
    expect(path(join('blobs', 'sha256', hex('layer')))).toBe('layer')
  })

  it('keeps repositories apart whose names are those of files in a layout', async () => {
    const folder = newFolder()
    const names = ['a', 'a/blobs', 'a/index.json', 'a/oci-layout', 'a/blobs/sha256', 'blobs', 'a/b/c']
    const first = await serve(folder)
    for (const name of names) await first.putImage(name.replaceAll('/', '_'), name)
    await first.registry.close()
    const { ask } = await serve(folder)
    for (const name of names) {
      expect((await ask('GET', `/v2/${name}/tags/list`)).text).toBe(
        JSON.stringify({ name, tags: [name.replaceAll('/', '_')] }),
      )
    }
  })

  it('goes on with an upload after a restart', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    const { location } = await first.patch(await first.open(), 0, 'hello ')
    await first.registry.close()
    const { ask, patch, close, registry } = await serve(folder)
    expect(registry.openUploads).toBe(1)
    const path = new URL(location ?? '', registry.url).pathname
    expect((await ask('GET', `${path}?_state=6`)).range).toBe('0-5')
    const next = await patch(`${path}?_state=6`, 6, 'old ')
    expect((await close(next.location, 'hello old world', 10)).status).toBe(201)
    expect((await ask('GET', `/v2/a/blobs/${digestOfText('hello old world')}`)).text).toBe('hello old world')
    expect(registry.openUploads).toBe(0)
  })

  it('stores large bodies in one chunk and in several, mounts them, and answers with ranges', async () => {
    const folder = newFolder()
    const { ask, open, patch, close } = await serve(folder)
    const large = 'x'.repeat(3_000_000)
    expect((await close(await open(), large, 0)).status).toBe(201)
    const first = await patch(await open('b'), 0, large.slice(0, 1_500_000))
    const second = await patch(first.location, 1_500_000, large.slice(1_500_000, 2_900_000))
    expect((await close(second.location, large, 2_900_000)).status).toBe(201)
    const digest = digestOfText(large)
    for (const name of ['a', 'b']) expect((await ask('GET', `/v2/${name}/blobs/${digest}`)).text === large).toBe(true)
    const part = await ask('GET', `/v2/a/blobs/${digest}`, null, { range: 'bytes=2999990-' })
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([
      206,
      'x'.repeat(10),
      'bytes 2999990-2999999/3000000',
    ])
    expect((await ask('POST', `/v2/c/blobs/uploads/?mount=${digest}&from=a`)).status).toBe(201)
    expect((await ask('DELETE', `/v2/a/blobs/${digest}`)).status).toBe(202)
    expect((await ask('GET', `/v2/a/blobs/${digest}`)).status).toBe(404)
    expect((await ask('GET', `/v2/c/blobs/${digest}`)).text === large).toBe(true)
    expect(readdirSync(join(folder, '.drafts'))).toEqual([])
  })

  it('deletes tags and manifests for good', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    for (const tag of ['v1', 'v2']) await first.putImage(tag)
    expect((await first.ask('DELETE', '/v2/a/manifests/v1')).status).toBe(202)
    await first.registry.close()
    const second = await serve(folder)
    expect((await second.ask('GET', '/v2/a/tags/list')).text).toBe('{"name":"a","tags":["v2"]}')
    expect((await second.ask('DELETE', `/v2/a/manifests/${digestOfText(MANIFEST)}`)).status).toBe(202)
    await second.registry.close()
    const { ask } = await serve(folder)
    expect((await ask('GET', `/v2/a/manifests/${digestOfText(MANIFEST)}`)).status).toBe(404)
    expect((await ask('GET', '/v2/a/tags/list')).text).toBe('{"name":"a","tags":[]}')
    expect((await ask('GET', '/v2/_catalog')).text).toBe('{"repositories":[]}')
  })

  it('removes unfinished files and old uploads at the start', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    const { location } = await first.patch(await first.open(), 0, 'young')
    await first.patch(await first.open(), 0, 'old')
    await first.registry.close()
    const uploads = join(folder, 'a', '.uploads')
    const young = new URL(location ?? '', first.url).pathname.split('/').at(-1) ?? ''
    for (const id of readdirSync(uploads)) if (id !== young) makeOld(join(uploads, id))
    writeFileSync(join(folder, '.drafts', 'half'), 'hal')
    const { registry } = await serve(folder)
    expect([readdirSync(join(folder, '.drafts')), readdirSync(uploads), registry.openUploads]).toEqual([[], [young], 1])
  })

  it('removes an upload that nobody has used for a day', async () => {
    const folder = newFolder()
    const { ask, open, patch, registry } = await serve(folder)
    const { location } = await patch(await open(), 0, 'abandoned')
    inDays(2)
    await open()
    expect([registry.openUploads, readdirSync(join(folder, 'a', '.uploads')).length]).toEqual([1, 1])
    expect((await ask('GET', location ?? '')).status).toBe(404)
  })

  it('removes blobs at the start that no manifest has listed for a day', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    await first.putImage('v1')
    const other = `${MANIFEST} `
    await first.ask('PUT', `/v2/a/manifests/${digestOfText(other)}`, other, { 'content-type': OCI_MANIFEST })
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ mediaType: OCI_MANIFEST, digest: digestOfText(other), size: other.length }],
    })
    await first.ask('PUT', '/v2/a/manifests/index', index, { 'content-type': OCI_INDEX })
    for (const name of ['a', 'b']) await first.close(await first.open(name), 'unlisted', 0)
    await first.registry.close()
    const has = async (text: string, name = 'a') => {
      const { ask, registry } = await serve(folder)
      const { status } = await ask('GET', `/v2/${name}/blobs/${digestOfText(text)}`)
      await registry.close()
      return status === 200
    }
    expect(await has('unlisted')).toBe(true)
    inDays(2)
    expect([await has('unlisted'), await has('unlisted', 'b')]).toEqual([false, false])
    expect([await has('layer'), await has('config')]).toEqual([true, true])
    const remove = async (...texts: string[]) => {
      const { ask, registry } = await serve(folder)
      for (const text of texts) await ask('DELETE', `/v2/a/manifests/${digestOfText(text)}`)
      await registry.close()
    }
    // The index still lists the other one.
    await remove(MANIFEST, other)
    expect([await has('layer'), await has(MANIFEST), await has(other)]).toEqual([true, false, true])
    await remove(index)
    expect([await has('layer'), readdirSync(join(folder, 'a', 'blobs', 'sha256'))]).toEqual([false, []])
  })

  it('removes no blob of a repository with a manifest that it cannot read', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    await first.putImage('v1')
    await first.close(await first.open(), 'unlisted', 0)
    await first.registry.close()
    rmSync(join(folder, 'a', 'blobs', 'sha256', hex(MANIFEST)))
    inDays(2)
    const { ask } = await serve(folder)
    expect((await ask('GET', `/v2/a/blobs/${digestOfText('unlisted')}`)).status).toBe(200)
  })

  it('answers with 500 if the disk fails, and goes on when it does not', async () => {
    const folder = newFolder()
    const { ask, open, close, putImage } = await serve(folder)
    const drafts = join(folder, '.drafts')
    const location = await open()
    rmSync(drafts, { recursive: true })
    const large = 'x'.repeat(5_000_000)
    for (const failed of [await close(location, large, 0), await putImage('v1')]) {
      expect([failed.status, failed.code]).toEqual([500, 'UNKNOWN'])
      expect(failed.text).toContain('no such file or directory')
    }
    expect((await ask('GET', '/v2/a/tags/list')).status).toBe(404)
    mkdirSync(drafts)
    expect((await close(location, large, 0)).status).toBe(201)
    expect((await putImage('v1')).status).toBe(201)
    expect((await ask('GET', `/v2/a/blobs/${digestOfText(large)}`)).text === large).toBe(true)
  })

  it('refuses a damaged repository, by its path', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    await first.putImage('v1')
    await first.registry.close()
    const index = join(folder, 'a', 'index.json')
    writeFileSync(index, '{')
    expect(await rejection(serve(folder), RegistryError)).toMatchObject({
      code: 'FOLDER_UNUSABLE',
      fault: expect.stringContaining(`Cannot read the repository of "${index}": `),
      remedy: 'move the folder of this repository away',
    })
    writeFileSync(join(folder, '.registry-api-v2-client.json'), '{"registryLayoutVersion":2}')
    expect(await rejection(serve(folder), RegistryError)).toMatchObject({
      fault: `Cannot serve "${folder}": its format is of another version of this package`,
    })
  })

  it('refuses what is not a path', async () => {
    for (const folder of ['', 5, null, {}]) {
      await rejection(serveTestRegistry({ folder: folder as string }), TypeError, /folder must be a path/)
    }
  })

  it('refuses a folder with other content, and changes nothing in it', async () => {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'letter.txt'), 'dear')
    expect(await rejection(serve(folder), RegistryError)).toMatchObject({
      code: 'FOLDER_UNUSABLE',
      fault: `Cannot serve "${folder}": it has other content`,
      remedy: 'choose a new folder, or one that an embedded registry has written',
    })
    expect(readdirSync(folder)).toEqual(['letter.txt'])
    expect(await rejection(serve(join(folder, 'letter.txt')), RegistryError)).toMatchObject({ code: 'STORAGE_FAILED' })
  })

  it('refuses a folder that a registry uses, until it is closed', async () => {
    const folder = newFolder()
    const first = await serve(folder)
    expect(await rejection(serve(folder), RegistryError)).toMatchObject({
      code: 'FOLDER_UNUSABLE',
      fault: expect.stringContaining(`process ${process.pid} on `),
      remedy: 'stop that process, or choose another folder',
    })
    await first.registry.close()
    expect(existsSync(join(folder, '.lock'))).toBe(false)
    await serve(folder)
  })

  it('serves a folder without changing it if it is read-only', async () => {
    const folder = newFolder()
    expect(await rejection(serve(folder, { readOnly: true }), RegistryError)).toMatchObject({ code: 'STORAGE_FAILED' })
    const first = await serve(folder)
    await first.putImage('v1')
    await first.registry.close()
    const before = statSync(folder).mtimeMs
    const { ask, open, registry } = await serve(folder, { readOnly: true })
    expect((await ask('GET', '/v2/a/manifests/v1')).text).toBe(MANIFEST)
    const refused = await ask('POST', '/v2/a/blobs/uploads/')
    expect([refused.status, refused.code]).toEqual([405, 'UNSUPPORTED'])
    expect((await ask('DELETE', '/v2/a/manifests/v1')).status).toBe(405)
    expect([await open(), registry.openUploads, statSync(folder).mtimeMs]).toEqual(['', 0, before])
  })
})

describe('serveTestRegistry()', () => {
  it('tells when the port is taken, and leaves the folder free', async () => {
    const folder = newFolder()
    const { url } = await serve(newFolder())
    const port = Number(new URL(url).port)
    expect(await rejection(serve(folder, { port }), RegistryError)).toMatchObject({
      code: 'CANNOT_LISTEN',
      fault: expect.stringContaining(`Cannot listen on 127.0.0.1:${port}`),
      remedy: 'stop what uses the port, or choose another one; 0 is any free port',
    })
    await serve(folder)
  })

  it('lets the requests under way end when it is closed, within the grace', async () => {
    const { ask, registry } = await serve(newFolder(), {
      faults: [
        { kind: 'slow', milliseconds: 300 },
        { kind: 'silent', nth: 2 },
      ],
    })
    const slow = ask('GET', '/v2/')
    const silent = rejection(ask('GET', '/v2/'), TypeError, /^fetch failed/)
    await expect.poll(() => registry.faultsLeft).toBe(0)
    const start = performance.now()
    await registry.close({ grace: 600 })
    expect(performance.now() - start).toBeGreaterThan(550)
    expect((await slow).status).toBe(200)
    await silent
  })

  it('reports each request when it has ended, and keeps as many as it should', async () => {
    const seen: object[] = []
    const { putImage, ask, registry } = await serve(newFolder(), {
      onRequest: (one) => seen.push(one),
      keptRequests: 2,
    })
    await putImage('v1')
    await ask('GET', '/v2/a/manifests/v1')
    await expect.poll(() => seen.length).toBe(6)
    expect(seen[0]).toEqual({
      method: 'POST',
      url: '/v2/a/blobs/uploads/',
      status: 202,
      receivedBytes: 0,
      sentBytes: 0,
      milliseconds: expect.any(Number),
    })
    expect(seen[1]).toMatchObject({ method: 'PUT', status: 201, receivedBytes: 'config'.length })
    expect(seen[5]).toMatchObject({ method: 'GET', status: 200, sentBytes: MANIFEST.length })
    expect(registry.requests.map(({ method }) => method)).toEqual(['PUT', 'GET'])
  })
})

async function text({ ask }: Awaited<ReturnType<typeof serve>>, digest: string): Promise<string> {
  return (await ask('GET', `/v2/team/app/manifests/${digest}`)).text
}
