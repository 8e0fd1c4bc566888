import { beforeAll, describe, expect, inject, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import {
  type Descriptor,
  DigestMismatchError,
  getImageInfo,
  listTagDetails,
  openRegistry,
  pushDockerTar,
  type Registry,
  RegistryError,
  ResponseError,
  sumSizes,
  type TagDetails,
  type TagDetailsOptions,
  ValidationError,
} from '../../src/index.ts'
import { digestOf } from '../../src/oci/digest.ts'
import {
  createTestArchive,
  createTestRegistry,
  type RegistryProfile,
  type TestRegistry,
} from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, type LayoutBuilder, withName, withPlatform } from '../support/layout.ts'
import { collected, ORIGIN } from '../support/lister.ts'
import { addArtifact, addAttestationImage, addCosignSignature } from '../support/packed-images.ts'
import { publishImage, unique } from '../support/published-image.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const EMPTY = 'application/vnd.oci.empty.v1+json'

/** A registry with an image of its own under each tag, and what was asked of it. */
async function filled(tags: readonly string[]) {
  const registry = createTestRegistry({ pageSize: 1000 })
  const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
  for (const tag of tags) {
    const layout = createLayout()
    layout.list(withName(await layout.addImage({ text: tag }), tag))
    await pushDockerTar(layout.tar(), handle, 'team/app', tag)
  }
  registry.requests.length = 0
  return { registry, handle }
}

/** The same registry, some of whose answers are others. */
const changed = (
  registry: TestRegistry,
  change: (request: Request) => Promise<Response | undefined> | Response | undefined,
) => openRegistry(ORIGIN, { retry: 0, fetch: async (request) => (await change(request)) ?? registry.fetch(request) })

const rowsOf = (registry: Registry, options?: TagDetailsOptions) =>
  collected(listTagDetails(registry, 'team/app', options))
const tagsOf = (rows: readonly TagDetails[]) => rows.map(({ tag }) => tag)
const numbers = (length: number) => Array.from({ length }, (_, index) => `v${String(index).padStart(3, '0')}`)

describe('listTagDetails() of a real registry', () => {
  const repository = `look/${Date.now().toString(36)}`
  let pushed: Readonly<Record<string, Descriptor>>
  beforeAll(async () => {
    const layout = createLayout()
    const [amd64, arm64] = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
    const manifests = [withPlatform(amd64, 'linux/amd64'), withPlatform(arm64, 'linux/arm64/v8')]
    const index = await layout.addIndex(manifests)
    const config = await layout.add(EMPTY, '{}')
    const artifact = await layout.add(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/vnd.example.report',
      config,
      layers: [await layout.add('application/json', '{"a":1}')],
      annotations: { 'org.opencontainers.image.created': '2026-02-03T04:05:06Z' },
    })
    pushed = { single: amd64, several: index, report: artifact }
    for (const [tag, root] of Object.entries(pushed)) {
      layout.list(withName(root, tag))
      await pushDockerTar(layout.tar(), inject('registryUrl'), repository, tag)
    }
  })

  it('gives what getImageInfo tells of each tag', async () => {
    const rows = await collected(listTagDetails(inject('registryUrl'), repository))
    expect(tagsOf(rows).toSorted()).toEqual(['report', 'several', 'single'])
    for (const { tag, platforms, kind, error, ...row } of rows) {
      const info = await getImageInfo(inject('registryUrl'), repository, tag)
      expect(info).toMatchObject(row)
      expect(row).toMatchObject(pushed[tag] as Descriptor)
      expect(error).toBeUndefined()
      expect(kind).toBe(tag === 'single' ? 'image' : tag === 'several' ? 'index' : 'artifact')
      expect(platforms).toEqual(tag === 'single' ? ['linux/amd64'] : info.platforms)
    }
    expect(rows.find(({ tag }) => tag === 'several')?.platforms).toEqual(['linux/amd64', 'linux/arm64/v8'])
    expect(rows.find(({ tag }) => tag === 'report')).toMatchObject({
      platforms: [],
      artifactType: 'application/vnd.example.report',
      created: '2026-02-03T04:05:06Z',
    })
  })

  it('rejects a repository that does not exist', async () => {
    const rows = collected(listTagDetails(inject('registryUrl'), `${repository}/none`))
    expect(await rejection(rows, ResponseError)).toMatchObject({ status: 404 })
  })
})

describe('the kinds of listTagDetails()', () => {
  /** Pushes what a layout has under names, each as a tag. */
  async function kindsOf(url: string, add: (layout: LayoutBuilder) => Promise<Readonly<Record<string, object>>>) {
    const repository = `look/${unique()}`
    for (const [tag, root] of Object.entries(await add(createLayout()))) {
      const layout = createLayout()
      await add(layout)
      layout.list(withName(root as Descriptor, tag))
      await pushDockerTar(layout.tar(), url, repository, tag)
    }
    const rows = await collected(listTagDetails(url, repository))
    expect(rows.filter(({ error }) => error)).toEqual([])
    return new Map(rows.map((row) => [row.tag, row]))
  }

  it('tell images, indexes, attestations, signatures and artifacts apart', async () => {
    const digests: string[] = []
    const rows = await kindsOf(inject('registryUrl'), async (layout) => {
      const image = await layout.addImage({ text: 'kinds' })
      const attestation = await addAttestationImage(layout, image)
      const config = await layout.add('application/vnd.cncf.helm.config.v1+json', '{"name":"chart"}')
      const empty = await layout.add(EMPTY, '{}')
      const artifact = async (fields: object) =>
        layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config: empty, layers: [empty], ...fields })
      const bundle = { artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }
      // The push of the SBOM makes the list of referrers.
      digests.push(image.digest)
      return {
        image,
        index: await layout.addIndex([withPlatform(image, 'linux/amd64'), attestation]),
        provenance: attestation,
        [`${image.digest.replace(':', '-')}.sig`]: await addCosignSignature(layout, image),
        signature: await addCosignSignature(layout, image),
        sbom: await addArtifact(layout, image, 'application/spdx+json'),
        chart: await artifact({ config }),
        bundle: await artifact({ ...bundle, annotations: { 'dev.sigstore.bundle.content': 'message-signature' } }),
        attested: await artifact({ ...bundle, annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope' } }),
        report: await artifact({ artifactType: 'application/vnd.example.report' }),
      }
    })
    const subject = digests[0]?.replace(':', '-')
    expect(Object.fromEntries([...rows].map(([tag, { kind }]) => [tag, kind]))).toEqual({
      ...{ image: 'image', index: 'index', provenance: 'attestation', signature: 'cosign-signature', sbom: 'sbom' },
      ...{ [`${subject}.sig`]: 'cosign-signature', [`${subject}`]: 'referrers', chart: 'helm-chart' },
      ...{ bundle: 'cosign-signature', attested: 'cosign-attestation', report: 'artifact' },
    })
    const platforms = new Map([...rows].map(([tag, row]) => [tag, row.platforms]))
    for (const tag of ['image', 'index']) expect(platforms.get(tag)).toEqual(['linux/amd64'])
    for (const [tag, { kind, platforms }] of rows)
      if (kind !== 'image' && kind !== 'index') expect([tag, platforms]).toEqual([tag, []])
  })
})

describe('sumSizes()', () => {
  it('counts what several images share once, and is totalSize for one of them', async () => {
    const layout = createLayout()
    const shared = await layout.add('application/octet-stream', 'shared by both')
    const add = async (text: string) => {
      const config = await layout.add(EMPTY, '{}')
      const layers = [shared, await layout.add('application/octet-stream', text)]
      const content = { schemaVersion: 2, mediaType: MANIFEST, artifactType: 'text/plain', config, layers }
      return layout.add(MANIFEST, content)
    }
    const registry = openRegistry(ORIGIN, { fetch: createTestRegistry().fetch })
    for (const tag of ['one', 'three']) {
      layout.list(withName(await add(tag), tag))
      await pushDockerTar(layout.tar(), registry, 'team/app', tag)
    }
    const rows = await rowsOf(registry)
    expect(rows.map((row) => sumSizes([row]))).toEqual(rows.map(({ totalSize }) => totalSize))
    expect(sumSizes(rows)).toBe('shared by both'.length + '{}'.length + 'one'.length + 'three'.length)
    expect(sumSizes([...rows, ...rows])).toBe(sumSizes(rows))
    expect(sumSizes([await getImageInfo(registry, 'team/app', 'one')])).toBe(rows[0]?.totalSize)
    expect(sumSizes([])).toBe(0)
    expect(() => sumSizes(undefined as never)).toThrow(TypeError)
  })

  it('counts a layer of several platforms of an index once', async () => {
    const rows = await collected(listTagDetails(inject('registryUrl'), (await several()).repository))
    expect(rows).toHaveLength(1)
    expect(sumSizes(rows)).toBe(rows[0]?.totalSize)
  })

  async function several() {
    return publishImage(inject('registryUrl'), { others: ['linux/s390x'] })
  }
})

describe('listTagDetails() of the registries that deviate', () => {
  it.each([
    'nexus',
    'artifactory',
    'cloudflare',
    'quay',
    'ecr',
    'ghcr',
    'gar',
    'acr',
    'harbor',
    'hub',
    'distribution-2',
    'distribution-3',
    'zot',
  ] satisfies RegistryProfile[])(
    'gives a row for each tag, in pages of ten, when the registry is %s',
    async (profile) => {
      const registry = createTestRegistry({ profile, pageSize: 10 })
      const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
      const tags = numbers(25)
      await pushDockerTar(await createTestArchive(), handle, 'team/app', tags[0], { tags: tags.slice(1) })
      const { digest, totalSize } = await getImageInfo(handle, 'team/app', 'v000')
      const rows = await rowsOf(handle)
      expect(tagsOf(rows).toSorted()).toEqual(tags)
      for (const row of rows) expect(row).toMatchObject({ digest, totalSize, error: undefined })
    },
  )
})

describe('listTagDetails() of 2,000 tags', () => {
  it('sends three requests for each, the first row comes after a few, and few rows wait', async () => {
    const tags = Array.from({ length: 2001 }, (_, index) => `v${index}`)
    const encoder = new TextEncoder()
    /** What was made and not asked for yet: of each tag a config and a manifest. */
    const made = new Map<string, Uint8Array<ArrayBuffer>>()
    let [requests, most] = [0, 0]
    async function make(content: object): Promise<Descriptor> {
      const bytes = encoder.encode(JSON.stringify(content))
      const digest = await digestOf(bytes, createPortableHasher)
      made.set(digest, bytes)
      return { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: bytes.length }
    }
    const fetch = async ({ method, url }: Request) => {
      requests++
      const reference = new URL(url).pathname.split('/').at(-1) ?? ''
      if (reference === 'list') return Response.json({ tags })
      const bytes = made.get(reference)
      if (method === 'HEAD') {
        const config = await make({ os: 'linux', architecture: 'amd64', config: {}, of: reference })
        const { digest } = await make({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [] })
        return new Response(null, { headers: { 'content-type': MANIFEST, 'docker-content-digest': digest } })
      }
      most = Math.max(most, made.size)
      made.delete(reference)
      return new Response(bytes ?? null, { status: bytes ? 200 : 404 })
    }
    let rows = 0
    for await (const { tag, error, platforms } of listTagDetails(openRegistry(ORIGIN, { fetch }), 'team/app')) {
      if (rows === 0) expect(requests).toBeLessThan(100)
      expect([tag, error, platforms]).toEqual([tags[rows++], undefined, ['linux/amd64']])
    }
    expect([rows, requests]).toEqual([2001, 1 + 3 * 2001])
    expect(most).toBeLessThanOrEqual(2 * 8)
  })
})

describe('listTagDetails()', () => {
  it('gives the rows in the order of the list, however long each takes', async () => {
    const tags = numbers(30)
    const { registry } = await filled(tags)
    const handle = changed(registry, async ({ url }) => {
      const [, number = '29'] = /manifests\/v0(\d\d)/.exec(url) ?? []
      await new Promise((resolve) => setTimeout(resolve, 30 - Number(number)))
      return undefined
    })
    expect(tagsOf(await rowsOf(handle))).toEqual(tags)
    const ready = tagsOf(await rowsOf(handle, { order: 'ready' }))
    expect(ready).not.toEqual(tags)
    expect(ready.toSorted()).toEqual(tags)
  })

  it('gives the first row long before the last request, and waits for a slow loop', async () => {
    const { registry, handle } = await filled(numbers(61))
    const rows = listTagDetails(handle, 'team/app', { concurrency: 2 })
    await rows.next()
    const afterFirst = registry.requests.length
    expect(afterFirst).toBeLessThan(20)
    await new Promise((resolve) => setTimeout(resolve, 100))
    // Eight rows wait, and one has been given. Each takes three requests, and the list took one.
    expect(registry.requests.length).toBeLessThanOrEqual(1 + 3 * 9)
    for await (const _ of rows);
    expect(registry.requests.length).toBe(1 + 3 * 61)
  })

  it('sends no further request when the loop ends early', async () => {
    const { registry, handle } = await filled(numbers(61))
    for await (const { tag } of listTagDetails(handle, 'team/app', { concurrency: 2 })) if (tag === 'v001') break
    const { length } = registry.requests
    expect(length).toBeLessThan(40)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(registry.requests).toHaveLength(length)
  })

  it.each([1, 3, 8])('sends no more than %i requests at once, also for an index', async (concurrency) => {
    const { registry, handle } = await filled(numbers(12))
    const layout = createLayout()
    const texts = Array.from({ length: 8 }, (_, number) => `image ${number}`)
    const images = await Promise.all(texts.map((text) => layout.addImage({ text })))
    const index = await layout.addIndex(images.map((image, at) => withPlatform(image, `linux/arch${at}`)))
    layout.list(withName(index, 'v'))
    await pushDockerTar(layout.tar(), handle, 'team/app', 'v')
    let [atOnce, most] = [0, 0]
    const counting = openRegistry(ORIGIN, {
      async fetch(request) {
        most = Math.max(most, ++atOnce)
        await new Promise((resolve) => setTimeout(resolve, 2))
        const response = await registry.fetch(request)
        atOnce--
        return response
      },
    })
    expect(await rowsOf(counting, { concurrency })).toHaveLength(13)
    expect(most).toBe(concurrency)
  })

  it('reads one digest once, however many tags name it', async () => {
    const registry = createTestRegistry()
    const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
    const tags = numbers(20)
    const digest = await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v', { tags })
    registry.requests.length = 0
    const rows = await rowsOf(handle)
    expect(rows.map((row) => row.digest)).toEqual(Array.from({ length: rows.length }, () => digest))
    const gets = registry.requests.filter(({ method, url }) => method === 'GET' && !url.includes('tags/list'))
    expect(gets.map(({ url }) => url.split('/').at(-2))).toEqual(['manifests', 'blobs'])
  })

  it('reads a digest once where HEAD does not tell it, and then asks no more by HEAD', async () => {
    const tags = numbers(21)
    const { registry } = await filled(tags)
    const handle = changed(registry, async (request) => {
      const response = await registry.fetch(request)
      const headers = new Headers(response.headers)
      headers.delete('docker-content-digest')
      return new Response(response.body, { status: response.status, headers })
    })
    const rows = await rowsOf(handle, { concurrency: 4 })
    expect(tagsOf(rows)).toEqual(tags)
    expect(rows.every(({ digest, error }) => digest && !error)).toBe(true)
    expect(registry.requests.filter(({ method }) => method === 'HEAD').length).toBeLessThanOrEqual(4)
    expect(registry.requests.filter(({ method }) => method === 'GET')).toHaveLength(1 + 2 * 21)
  })

  it('leaves a tag out that vanished after it was listed, and tells of it', async () => {
    const { registry } = await filled(['a', 'b', 'c'])
    const handle = changed(registry, ({ url }) =>
      url.endsWith('manifests/b') ? new Response(null, { status: 404 }) : undefined,
    )
    const warnings: string[] = []
    const rows = await rowsOf(handle, { onWarning: (warning) => warnings.push(warning) })
    expect(tagsOf(rows)).toEqual(['a', 'c'])
    expect(warnings).toEqual(['The tag "b" of "team/app" was listed, but does not exist; it was left out.'])
  })

  it('follows a tag that moved after its digest was told', async () => {
    const { registry, handle } = await filled(['a', 'b'])
    const [a, b] = await rowsOf(handle)
    let isMoved = false
    const moving = changed(registry, ({ method, url }) => {
      const isB = url.endsWith('manifests/b') || url.endsWith(`manifests/${b?.digest}`)
      if (!isB || method === 'HEAD') return undefined
      if (url.endsWith(`manifests/${b?.digest}`)) {
        isMoved = true
        return new Response(null, { status: 404 })
      }
      return registry.fetch(new Request(url.replace('manifests/b', 'manifests/a')))
    })
    expect(await rowsOf(moving)).toEqual([a, { ...a, tag: 'b' }])
    expect(isMoved).toBe(true)
  })

  it.each<[string, (digest: string) => RegExp, () => Response, unknown]>([
    [
      'whose manifest is another',
      (digest) => new RegExp(`manifests/${digest}`),
      () => Response.json({}),
      DigestMismatchError,
    ],
    ['whose config is another', () => /blobs/, () => Response.json({}), DigestMismatchError],
    ['whose config is lost', () => /blobs/, () => new Response(null, { status: 404 }), ResponseError],
    ['that the registry does not give', () => /manifests\/b/, () => new Response(null, { status: 403 }), ResponseError],
  ])('gives a row with an error for a tag %s, and goes on', async (_, path, answer, type) => {
    const { registry, handle } = await filled(['a', 'b', 'c'])
    const good = await rowsOf(handle)
    const digest = good[1]?.digest ?? ''
    const config = (await getImageInfo(handle, 'team/app', 'b')).manifest as { config?: Descriptor }
    const isOfB = (url: string) => /manifests/.test(url) || url.endsWith(config.config?.digest ?? '')
    const rows = await rowsOf(
      changed(registry, ({ url }) => (path(digest).test(url) && isOfB(url) ? answer() : undefined)),
    )
    expect(rows[0]).toEqual(good[0])
    expect(rows[2]).toEqual(good[2])
    expect(rows[1]).toMatchObject({ tag: 'b', platforms: [], totalSize: undefined })
    expect(rows[1]?.error).toBeInstanceOf(type)
    if (type === DigestMismatchError) expect(rows[1]?.digest).toBe(digest)
  })

  it('gives a row with an error for a manifest that is not one', async () => {
    const { registry, handle } = await filled(['a', 'b'])
    const noImage = { method: 'PUT', headers: { 'content-type': MANIFEST }, body: '{"schemaVersion":2}' }
    await registry.fetch(new Request(`${ORIGIN}/v2/team/app/manifests/c`, noImage))
    const listing = changed(registry, ({ url }) =>
      url.endsWith('manifests/b')
        ? new Response('{"schemaVersion":2}', { headers: { 'content-type': MANIFEST } })
        : undefined,
    )
    const rows = await rowsOf(listing)
    expect(rows[0]?.error).toBeUndefined()
    expect(rows[1]?.error).toBeInstanceOf(ValidationError)
    expect((await rowsOf(handle)).every(({ error }) => error === undefined)).toBe(true)
  })

  it('reads only the tags of a pattern, a regular expression or a function', async () => {
    const { registry, handle } = await filled(['v1.0', 'v1.1', 'v2.0', 'latest'])
    for (const tags of ['v1.*', /^v1/, (tag: string) => tag.startsWith('v1')]) {
      registry.requests.length = 0
      expect(tagsOf(await rowsOf(handle, { tags }))).toEqual(['v1.0', 'v1.1'])
      expect(registry.requests).toHaveLength(1 + 3 * 2)
    }
  })

  it('reads the tags of a list in its order, without a list of the registry, and tells which does not exist', async () => {
    const { registry, handle } = await filled(['a', 'b', 'c'])
    const rows = await rowsOf(handle, { tags: ['c', 'none', 'a', 'c'] })
    expect(tagsOf(rows)).toEqual(['c', 'none', 'a'])
    expect(rows[1]?.error).toMatchObject({ code: 'NOT_FOUND', status: 404 })
    expect(registry.requests.some(({ url }) => url.includes('tags/list'))).toBe(false)
    await rejection(rowsOf(handle, { tags: ['not/valid'] }), ValidationError)
  })

  it('ends with the reason of an abort', async () => {
    const { handle } = await filled(numbers(20))
    const controller = new AbortController()
    const reason = new Error('no longer needed')
    const given: string[] = []
    const iterating = (async () => {
      for await (const { tag } of listTagDetails(handle, 'team/app', { signal: controller.signal })) {
        given.push(tag)
        if (given.length === 3) controller.abort(reason)
      }
    })()
    await expect(iterating).rejects.toBe(reason)
    expect(given).toHaveLength(3)
  })

  it('gives the rows before a failure of the list, and then the failure', async () => {
    const { registry } = await filled(['a', 'b', 'c'])
    const handle = changed(registry, ({ url }) => {
      if (url.includes('last=')) return new Response(null, { status: 500 })
      const headers = { link: '<?last=b>; rel="next"' }
      return url.includes('tags/list') ? Response.json({ tags: ['a', 'b'] }, { headers }) : undefined
    })
    const given: string[] = []
    const iterating = (async () => {
      for await (const { tag } of listTagDetails(handle, 'team/app')) given.push(tag)
    })()
    expect(await rejection(iterating, ResponseError)).toMatchObject({ status: 500 })
    expect(given).toEqual(['a', 'b'])
  })

  it.each<[string, (request: Request) => boolean, () => Response, string]>([
    ['is gone', () => true, Response.error, 'NO_ANSWER'],
    ['takes the sign-in no more', () => true, () => new Response(null, { status: 401 }), 'SIGN_IN_REQUIRED'],
    ['is down', () => true, () => new Response(null, { status: 503 }), 'SERVER_FAILED'],
    ['limits pulls', ({ method }) => method === 'GET', () => new Response(null, { status: 429 }), 'RATE_LIMITED'],
  ])('ends with the error when the registry %s, after the rows before', async (_, isMeant, answer, code) => {
    const { registry } = await filled(numbers(200))
    let requests = 0
    const handle = changed(registry, (request) => {
      if (++requests <= 1 + 3 * 20 || !isMeant(request)) return undefined
      const given = answer()
      if (given.type === 'error') throw new TypeError('fetch failed')
      return given
    })
    const given: TagDetails[] = []
    const iterating = (async () => {
      for await (const row of listTagDetails(handle, 'team/app')) given.push(row)
    })()
    expect(await rejection(iterating, RegistryError)).toMatchObject({ code })
    expect(given.length).toBeGreaterThan(10)
    expect(given.filter(({ error }) => error).length).toBeLessThanOrEqual(8)
    expect(requests).toBeLessThan(61 + 2 * 32)
  })

  it('goes on after an image whose storage does not answer', async () => {
    const { registry, handle } = await filled(['a', 'b', 'c'])
    const { manifest } = await getImageInfo(handle, 'team/app', 'b')
    const digest = 'config' in manifest ? manifest.config.digest : ''
    const rows = await rowsOf(
      changed(registry, ({ url }) => {
        if (url.endsWith(digest)) throw new TypeError('fetch failed')
        return undefined
      }),
    )
    expect(rows.map(({ error }) => error?.code)).toEqual([undefined, 'NO_ANSWER', undefined])
  })

  it('refuses wrong options', async () => {
    const { handle } = await filled([])
    for (const concurrency of [0, 1.5, -1, '4' as never]) await rejection(rowsOf(handle, { concurrency }), RangeError)
    await rejection(rowsOf(handle, { order: 'name' as never }), TypeError, /order: it has to be "list" or "ready"/)
    await rejection(rowsOf(handle, { tags: 5 as never }), TypeError, /tags: it has to be a pattern, a list or a func/)
  })
})
