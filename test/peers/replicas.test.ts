import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { getManifest, isIndex, openRegistry, pushDockerTar, ResponseError } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { at, type Behave, lost } from '../support/disturbed-push.ts'
import { rejection } from '../support/errors.ts'
import { startNginx } from '../support/nginx.ts'
import { DISTRIBUTIONS, describeReal } from '../support/real-registries.ts'

// Two processes with one storage behind nginx, which sends each request to the other one in turn.

const SECRET = { REGISTRY_HTTP_SECRET: 'known to both' }
const CACHE = { REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR: 'inmemory' }
/** Of a layer of 30 720 bytes. */
const RANGES = ['0-7999', '8000-15999', '16000-23999', '24000-30719']

describeReal('two replicas of {}', DISTRIBUTIONS, ({ profile, start }) => {
  const stops: Array<() => Promise<void>> = []
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })

  /** @param settings Of each replica. */
  async function startReplicas(...settings: ReadonlyArray<Readonly<Record<string, string>>>) {
    const data = mkdtempSync(join(tmpdir(), 'replicas-'))
    stops.push(async () => rmSync(data, { recursive: true }))
    const urls: string[] = []
    for (const own of settings) {
      const { url, stop } = await start({ data, settings: own })
      stops.push(stop)
      urls.push(url)
    }
    const { url, stop } = await startNginx({ upstream: urls })
    stops.push(stop)
    return { url, urls }
  }

  /** Pushes one layer, and notes which replica each request went to. */
  async function push(url: string, behave: Behave = (_, go) => go()) {
    const requests: Array<{ method: string; range: string | null; status: number; replica: string | null }> = []
    const send = async (request: Request) => {
      const response = await fetch(request)
      const [range, replica] = [request.headers.get('content-range'), response.headers.get('x-upstream')]
      requests.push({ method: request.method, range, status: response.status, replica })
      return response
    }
    const events: string[] = []
    const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(29_000) }] }] })
    const fetchInTurn = async (request: Request) => behave(request, () => send(request), send)
    const pushing = pushDockerTar(archive, openRegistry(url, { fetch: fetchInTurn }), 'team/app', 'v1', {
      chunkSize: 8000,
      concurrency: 1,
      lookups: 1,
      uploadRetryDelay: 20,
      onEvent: ({ kind }) => events.push(kind),
    })
    return { pushing, requests, events, ranges: () => requests.flatMap(({ range }) => range ?? []) }
  }

  it('take an upload whose every request goes to another one than the request before', async () => {
    const { url, urls } = await startReplicas(SECRET, SECRET)
    const { pushing, requests, events, ranges } = await push(url)
    const digest = await pushing
    expect((await getManifest(url, 'team/app', 'v1')).digest).toBe(digest)
    expect([ranges(), events]).toEqual([RANGES, []])
    const replicas = requests.map(({ replica }) => replica)
    expect(new Set(replicas)).toEqual(new Set(urls.map((replica) => new URL(replica).host)))
    for (const [index, replica] of replicas.entries()) expect(replica).not.toBe(replicas[index - 1])
  })

  it('tell each other’s uploads after an answer was lost, as one would', async () => {
    const { url } = await startReplicas(SECRET, SECRET)
    const { pushing, events, ranges } = await push(url, at('PATCH', 2, lost))
    await pushing
    const isLost = profile === 'distribution-2'
    expect(events).toEqual(isLost ? ['retry', 'restart'] : ['retry'])
    expect(ranges()).toEqual(isLost ? ['0-7999', '8000-15999', ...RANGES] : RANGES)
  })

  it('with secrets of their own refuse each other’s uploads: the push ends with that, and no tag', async () => {
    const { url } = await startReplicas({ REGISTRY_HTTP_SECRET: 'one' }, { REGISTRY_HTTP_SECRET: 'another' })
    const { pushing, events } = await push(url)
    const error = await rejection(pushing, ResponseError)
    expect(error).toMatchObject({ status: 404, errors: [{ code: 'BLOB_UPLOAD_INVALID' }] })
    expect(events.filter((kind) => kind === 'restart')).toHaveLength(5)
    await rejection(getManifest(url, 'team/app', 'v1'), ResponseError, /404/)
  })

  it('with a cache in the memory of each one vouch for blobs that the other one has deleted', async () => {
    const { url, urls } = await startReplicas({ ...SECRET, ...CACHE }, { ...SECRET, ...CACHE })
    const [one = '', other = ''] = urls
    await (await push(url)).pushing
    const { manifest } = await getManifest(url, 'team/app', 'v1')
    if (isIndex(manifest)) return expect.fail('expected an image manifest')
    const ask = async (replica: string, method: string) =>
      (await fetch(`${replica}/v2/team/app/blobs/${manifest.layers[0]?.digest}`, { method })).status
    expect([await ask(one, 'HEAD'), await ask(other, 'DELETE')]).toEqual([200, 202])
    // A push to it finds the blob present, and its manifest is taken.
    const { pushing, requests } = await push(one)
    await pushing
    expect(requests.map(({ method, status }) => [method, status])).toEqual([
      ['HEAD', 200],
      ['HEAD', 200],
      ['PUT', 201],
    ])
    expect(await ask(other, 'HEAD')).toBe(404)
  })
})
