import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import {
  getImageInfo,
  getManifest,
  isIndex,
  openRegistry,
  type PushProgress,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type UploadEvent,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { at, type Behave, lost } from './disturbed-push.ts'
import { type FaultProxy, serveFaultProxy } from './fault-proxy.ts'
import { multiPlatform, PRODUCERS } from './producers.ts'
import { createRandom } from './random.ts'
import { recordingFetch } from './recording-fetch.ts'

/** What is a registry's own way when something is pushed to it. */
export interface PushWays {
  /** What becomes of an upload whose chunk broke off. */
  readonly afterCut: 'goes on' | 'begins anew'
  /** What becomes of one whose answer was lost. */
  readonly afterLostAnswer: 'goes on' | 'begins anew'
  /** How a blob comes into a second repository. */
  readonly inSecondRepository: 'mounted' | 'uploaded'
  /** Whether it lists what refers to an image. */
  readonly hasReferrers: boolean
}

const CHUNK = 60_000
/** In bytes. */
const FILE = 300_000
/** In bytes: no more than that comes on top, of the layer's tar, the config, the manifest and the heads of all requests. */
const OVERHEAD = 30_000
/** In bytes, of all that is sent: within the fourth chunk. */
const CUT = 200_000

let count = 0
const newRepository = () => `pushes/${Date.now().toString(36)}-${count++}`

/** An archive with a layer that no registry has. */
function newArchive(names: readonly string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const random = createRandom(Date.now() + count++)
  const file = Array.from({ length: FILE }, () => String.fromCharCode(97 + random() * 26)).join('')
  return createTestArchive({ images: [{ names: [...names], layers: [{ file }] }] })
}

/** What a real registry has to do with a push from its beginning to its end. */
export function describePushes(target: () => string, ways: PushWays): void {
  /** The config and the layers are there, byte for byte. */
  async function verifyBlobs(repository: string, reference: string): Promise<void> {
    const { manifest } = await getManifest(target(), repository, reference)
    if (isIndex(manifest)) return expect.fail('expected an image manifest')
    for (const { digest, size } of [manifest.config, ...manifest.layers]) {
      const answer = await fetch(`${target()}/v2/${repository}/blobs/${digest}`)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      expect([`sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes.length]).toEqual([digest, size])
    }
  }

  describe('with all that an archive may hold', () => {
    it('pushDockerTar() pushes a multi-platform image with its attestation, byte for byte', async () => {
      const repository = newRepository()
      const { layout, index, amd64, arm64, attestation } = await multiPlatform()
      layout.list({ ...index })
      expect(await pushDockerTar(layout.tar(), target(), repository, 'v1')).toBe(index.digest)
      const { platforms } = await getImageInfo(target(), repository, 'v1')
      expect(platforms).toEqual(['linux/amd64', 'linux/arm64/v8'])
      for (const { digest } of [amd64, arm64, attestation]) await verifyBlobs(repository, digest)
    })

    it('pushDockerTar() pushes an image with the artifact that refers to it', async () => {
      const repository = newRepository()
      const oras = PRODUCERS.find(({ producer }) => producer.startsWith('oras'))
      const archive = (await oras?.make()) as Uint8Array<ArrayBuffer>
      const recorder = recordingFetch()
      const registry = openRegistry(target(), { fetch: recorder.fetch })
      const digest = await pushDockerTar(archive, registry, repository, 'v1', { image: 0 })
      const puts = recorder.exchanges.filter(
        ({ method, url }) => method === 'PUT' && url.pathname.includes('/manifests/'),
      )
      const [artifact = ''] = puts
        .map(({ url }) => decodeURIComponent(url.pathname.split('/').at(-1) ?? ''))
        .filter((reference) => reference !== 'v1' && reference !== digest)
      expect((await getManifest(target(), repository, artifact)).manifest).toMatchObject({ subject: { digest } })
      const referrers = await fetch(`${target()}/v2/${repository}/referrers/${digest}`)
      expect(referrers.status).toBe(ways.hasReferrers ? 200 : 404)
      if (ways.hasReferrers) expect((await referrers.json()).manifests).toMatchObject([{ digest: artifact }])
    })

    it(`pushDockerTarWithAllOriginalTags() has a blob ${ways.inSecondRepository} in a second repository`, async () => {
      const repositories = [newRepository(), newRepository()]
      const recorder = recordingFetch()
      let last: PushProgress | undefined
      await pushDockerTarWithAllOriginalTags(
        await newArchive(repositories.map((name) => `${name}:v1`)),
        openRegistry(target(), { fetch: recorder.fetch }),
        {
          onProgress: (progress) => {
            last = progress
          },
        },
      )
      expect(last?.blobs.map(({ state }) => state)).toEqual([
        'uploaded',
        'uploaded',
        ...Array(2).fill(ways.inSecondRepository),
      ])
      const mounts = recorder.exchanges.filter(({ url }) => url.searchParams.has('mount'))
      expect(mounts.map(({ status }) => status)).toEqual(
        Array(2).fill(ways.inSecondRepository === 'mounted' ? 201 : 202),
      )
      for (const repository of repositories) await verifyBlobs(repository, 'v1')
    })
  })

  describe('through a network that breaks', () => {
    let proxy: FaultProxy | undefined
    afterEach(() => proxy?.close())

    /** Pushes an image of one layer, one blob at a time, and finds it whole. */
    async function pushThrough(url: string, behave?: Behave) {
      const repository = newRepository()
      const events: string[] = []
      const recorder = recordingFetch(behave && (async (request) => behave(request, () => fetch(request), fetch)))
      const onEvent = ({ kind }: UploadEvent) => events.push(kind)
      const settings = { chunkSize: CHUNK, concurrency: 1, lookups: 1, uploadRetryDelay: 20, onEvent }
      const registry = openRegistry(url, { fetch: recorder.fetch, retryDelay: 20 })
      await pushDockerTar(await newArchive(), registry, repository, 'v1', settings)
      await verifyBlobs(repository, 'v1')
      // As they were sent, the lost ones too.
      const starts = recorder.exchanges.flatMap(({ headers }) => headers.get('content-range')?.split('-')[0] ?? [])
      return { events, recorder, starts: starts.map(Number) }
    }

    /** The registry has seen the end of the connection by the time that it is asked. */
    const askLater: Behave = async ({ method }, go) => {
      if (method === 'GET') await setTimeout(200)
      return go()
    }
    const anew = ['retry', 'restart']
    const all = [0, 60_000, 120_000, 180_000, 240_000, 300_000]

    it(`an upload whose connection breaks within a chunk ${ways.afterCut}`, async () => {
      proxy = await serveFaultProxy(target(), () => ({}), CUT)
      const { events, starts } = await pushThrough(proxy.url, askLater)
      expect(proxy.resets).toBe(1)
      const onceMore = ways.afterCut === 'goes on' ? 0 : CUT
      expect(events).toEqual(onceMore === 0 ? ['retry'] : anew)
      // No byte that has arrived goes again, unless all do.
      expect(proxy.sentBytes).toBeGreaterThan(FILE + onceMore)
      expect(proxy.sentBytes).toBeLessThan(FILE + onceMore + OVERHEAD)
      const [goesOnAt = 0] = starts.slice(4)
      if (onceMore > 0) return expect(starts.slice(4)).toEqual(all)
      expect(goesOnAt).toBeGreaterThan(180_000)
      expect(goesOnAt).toBeLessThanOrEqual(CUT)
    })

    it(`an upload that lost the answer to a chunk ${ways.afterLostAnswer}`, async () => {
      const { events, starts } = await pushThrough(target(), at('PATCH', 2, lost))
      const goesOn = ways.afterLostAnswer === 'goes on'
      expect(events).toEqual(goesOn ? ['retry'] : anew)
      expect(starts).toEqual(goesOn ? all : [0, 60_000, ...all])
    })

    it('an upload that lost the answer to its closing request is found whole', async () => {
      const { events, starts, recorder } = await pushThrough(target(), at('PUT', 1, lost))
      expect([events, starts]).toEqual([['retry'], all])
      const after = recorder.exchanges.findIndex(({ method }) => method === 'PUT') + 1
      expect(recorder.exchanges[after]).toMatchObject({ method: 'HEAD', status: 200 })
    })

    it('an upload that lost the answer to its opening is opened again', async () => {
      const { events, starts, recorder } = await pushThrough(target(), at('POST', 1, lost))
      expect([events, starts, recorder.count('POST')]).toEqual([[], all, 3])
    })
  })
}
