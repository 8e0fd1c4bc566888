import { createHash } from 'node:crypto'
import { describe, expect, inject, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import {
  copyImage,
  DigestMismatchError,
  getManifest,
  listTags,
  openRegistry,
  type PushArchiveOptions,
  pushDockerTar,
  pushStream,
} from '../../src/node/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { createTestArchive, createTestRegistry, type RegistryProfile } from '../../src/testing/index.ts'
import { countingHasher } from '../support/counting-hasher.ts'
import { rejection } from '../support/errors.ts'
import { expectWhole, interrupted } from '../support/interrupted-upload.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { createTrustingRegistry } from '../support/trusting-registry.ts'
import { createStage } from '../support/upload-stage.ts'

const LAYER = 3 * 2 ** 20
/** In bytes: more than what a push hashes of manifests and configs. */
const SMALL = 20_000
const archive = createTestArchive({ images: [{ layers: [{ file: 'content '.repeat(LAYER / 8) }] }] })
const WHEN_NEEDED = { hashing: 'when-needed', chunkSize: 2 ** 20, uploadRetryDelay: 1 } as const

let count = 0
const newRepository = () => `hashing/${Date.now().toString(36)}-${count++}`

/** With another byte in its layer. */
async function damaged(): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = (await archive).slice()
  bytes[bytes.length >> 1] = 0
  return bytes
}

/** A push to a registry in memory, or to the one that `fetch` reaches. */
function pushTo(fetch: (request: Request) => Promise<Response>, bytes: Uint8Array, options: PushArchiveOptions = {}) {
  const recorder = recordingFetch(fetch)
  const registry = openRegistry('https://registry.test', { fetch: recorder.fetch, retry: 0 })
  const pushing = pushDockerTar(bytes, registry, 'team/app', 'v1', { ...WHEN_NEEDED, ...options })
  return { pushing, recorder }
}

describe("pushDockerTar() with hashing: 'when-needed'", () => {
  it('hashes no layer, and the registry has it', async () => {
    const [url, repository] = [inject('registryUrl'), newRepository()]
    const hasher = countingHasher(createNativeHasher)
    const runtime = { createHasher: hasher.createHasher }
    await pushDockerTar(await archive, url, repository, 'v1', { ...WHEN_NEEDED, runtime })
    expect(hasher.bytes).toBeLessThan(SMALL)
    const { manifest } = await getManifest(url, repository, 'v1')
    const [layer] = 'layers' in manifest ? manifest.layers : []
    const answer = await fetch(`${url}/v2/${repository}/blobs/${layer?.digest}`)
    const sha256 = createHash('sha256').update(new Uint8Array(await answer.arrayBuffer()))
    expect(`sha256:${sha256.digest('hex')}`).toBe(layer?.digest)
    await pushDockerTar(await archive, url, newRepository(), 'v1', { runtime })
    expect(hasher.bytes).toBeGreaterThan(LAYER)
  })

  it('hashes what it compresses, as always', async () => {
    const hasher = countingHasher(createNativeHasher)
    const runtime = { createHasher: hasher.createHasher }
    const options = { ...WHEN_NEEDED, runtime, compress: 'gzip', verify: true } as const
    await pushDockerTar(await archive, inject('registryUrl'), newRepository(), 'v1', options)
    expect(hasher.bytes).toBeGreaterThan(LAYER)
  })

  it('throws the same error as always when a real registry refuses the bytes, and sets no tag', async () => {
    const [url, repository] = [inject('registryUrl'), newRepository()]
    const bytes = await damaged()
    await pushDockerTar(await archive, url, repository, 'other')
    const options = { existing: 'upload', chunkSize: 2 ** 20 } as const
    const errors = []
    for (const hashing of ['always', 'when-needed'] as const) {
      errors.push(
        await rejection(pushDockerTar(bytes, url, repository, 'v1', { ...options, hashing }), DigestMismatchError),
      )
    }
    const [always, whenNeeded] = errors.map(({ message, code, expected, actual }) => [message, code, expected, actual])
    expect(whenNeeded).toEqual(always)
    expect(await listTags(url, repository)).toEqual(['other'])
  })

  it.each([undefined, 'distribution-2', 'distribution-3', 'quay', 'zot', 'ghcr', 'gar', 'cloudflare'] satisfies (
    | RegistryProfile
    | undefined
  )[])('sends wrong bytes once, and leaves nothing, when the registry is %s', async (profile) => {
    const embedded = createTestRegistry(profile && { profile, scale: 4 })
    const { pushing, recorder } = pushTo(embedded.fetch, await damaged())
    const { expected, actual } = await rejection(pushing, DigestMismatchError)
    expect(actual).not.toBe(expected)
    const closed = recorder.exchanges.filter(({ method, status }) => method === 'PUT' && status !== 201)
    expect(closed).toHaveLength(1)
    // Distribution 2 tells nobody where an upload is after a refusal: it stays until it expires.
    expect(embedded.openUploads).toBe(profile === 'distribution-2' ? 1 : 0)
    expect(recorder.exchanges.some(({ url }) => url.pathname.includes('manifests'))).toBe(false)
  })

  it('sends the blob from its start when its bytes are right, but the registry has others', async () => {
    const stage = await createStage()
    const hashing = 'when-needed'
    const lost = stage.archive.slice()
    lost[Buffer.from(lost.buffer).indexOf('content')] = 0
    await interrupted(stage, 4, { archive: lost, hashing })
    const { error, kinds } = await stage.push({ hashing })
    expect([error, kinds]).toEqual([undefined, ['resume', 'retry', 'restart']])
    await expectWhole(stage)
  })

  it('goes on with the upload of an earlier push, and hashes nothing for it', async () => {
    const stage = await createStage()
    const hasher = countingHasher(createPortableHasher)
    const options = { hashing: 'when-needed', runtime: { createHasher: hasher.createHasher } } as const
    const entry = await interrupted(stage, 4, options)
    expect([entry.offset, entry.hashState]).toEqual([4096, undefined])
    const { error, kinds } = await stage.push(options)
    expect([error, kinds]).toEqual([undefined, ['resume']])
    expect(hasher.bytes).toBeLessThan(4096)
    await expectWhole(stage)
  })

  it('goes on with an upload that was hashed, and the other way round', async () => {
    for (const [before, now] of [
      ['always', 'when-needed'],
      ['when-needed', 'always'],
    ] as const) {
      const stage = await createStage()
      await interrupted(stage, 4, { hashing: before })
      const { error, kinds } = await stage.push({ hashing: now })
      expect([error, kinds]).toEqual([undefined, ['resume']])
      await expectWhole(stage)
    }
  })

  it('throws a TypeError when it is another word', async () => {
    const { pushing, recorder } = pushTo(createTestRegistry().fetch, await archive, { hashing: 'never' as 'always' })
    await rejection(pushing, TypeError, /hashing: it has to be "always" or "when-needed", not "never"/)
    expect(recorder.count('POST')).toBe(0)
  })
})

describe('a registry that does not compare digests', () => {
  it("takes wrong bytes with 'when-needed', and none with 'always'", async () => {
    const trusting = createTrustingRegistry()
    await rejection(pushTo(trusting.fetch, await damaged(), { hashing: 'always' }).pushing, DigestMismatchError)
    expect(trusting.blobs.size).toBe(1)
    await pushTo(trusting.fetch, await damaged()).pushing
    expect(trusting.blobs.size).toBe(2)
  })

  it('is found out by { verify } before a manifest is put, and takes the right bytes with { existing }', async () => {
    const trusting = createTrustingRegistry()
    const { pushing } = pushTo(trusting.fetch, await damaged(), { verify: true })
    const error = await rejection(pushing, DigestMismatchError, /^Cannot verify the push: the registry has taken /)
    expect(error.remedy).toMatch(/hashing: 'always', existing: 'upload'/)
    expect(trusting.manifests).toBe(0)
    const sha256Of = (bytes: Uint8Array = new Uint8Array()) =>
      `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    expect(sha256Of(trusting.blobs.get(error.expected))).toBe(error.actual)
    await pushTo(trusting.fetch, await archive, { hashing: 'always', existing: 'upload' }).pushing
    expect(sha256Of(trusting.blobs.get(error.expected))).toBe(error.expected)
  })
})

describe("copyImage() with hashing: 'when-needed'", () => {
  it('hashes no layer, and finds damaged ones of the source when the destination refuses them', async () => {
    const url = inject('registryUrl')
    const repository = newRepository()
    await pushDockerTar(await archive, url, repository, 'v1')
    const hasher = countingHasher(createNativeHasher)
    const options = { ...WHEN_NEEDED, runtime: { createHasher: hasher.createHasher } }
    const from = { registry: url, repository, reference: 'v1' }
    const to = createTestRegistry()
    const target = { registry: openRegistry('https://registry.test', { fetch: to.fetch }), repository: 'copy' }
    await copyImage(from, target, options)
    expect(hasher.bytes).toBeLessThan(SMALL)
    const wrong = openRegistry(url, {
      fetch: async (request) => {
        const answer = await fetch(request)
        if (Number(answer.headers.get('content-length')) < LAYER) return answer
        const bytes = new Uint8Array(await answer.arrayBuffer())
        bytes[1000] = 1
        return new Response(bytes, answer)
      },
    })
    const other = createTestRegistry()
    const copying = copyImage(
      { ...from, registry: wrong },
      { ...target, registry: openRegistry('https://other.test', { fetch: other.fetch }) },
      options,
    )
    const { remedy } = await rejection(copying, DigestMismatchError)
    expect(remedy).toMatch(/may have damaged bytes: push the image there again/)
    expect(other.openUploads).toBe(0)
  })
})

describe("pushStream() with hashing: 'when-needed'", () => {
  it('hashes every byte, since it cannot read them again', async () => {
    const embedded = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    const stream = new Blob([await damaged()]).stream()
    await rejection(pushStream(stream, registry, 'team/app', 'v1', WHEN_NEEDED), DigestMismatchError)
    expect(embedded.requests.filter(({ method }) => method === 'PUT')).toEqual([])
  })
})
