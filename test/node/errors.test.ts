import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import * as portable from '../../src/index.ts'
import {
  createPortableEncoder,
  DigestMismatchError,
  deleteImage,
  deleteTags,
  dockerCredentials,
  type ErrorCode,
  executePush,
  folderSessions,
  listTags,
  NetworkError,
  openArchive,
  openRegistry,
  planPush,
  pullArtifact,
  pushArtifact,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  pushDockerTarWithOriginalTags,
  RegistryError,
  type RegistryOptions,
  ResponseError,
  setTags,
  TarReadError,
  ValidationError,
} from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { rejection } from '../support/errors.ts'
import { windowsImage } from '../support/foreign-layers-contract.ts'
import { blobPath, createLayout, withPlatform } from '../support/layout.ts'
import { zip, zstd } from '../support/packing.ts'
import { rawTar } from '../support/tar.ts'

// A program tells errors apart by their codes: each of them comes out of a typical failure, and docs/errors.md lists it.

// An encoder that has no memory left writes no frames.
vi.mock('@hpcc-js/wasm-zstd', () => ({ Zstd: { load: async () => ({ compress: () => new Uint8Array() }) } }))

const URL = 'https://registry.test'
const DIGEST = `sha256:${'0'.repeat(64)}`
const PASSWORD = { username: 'ann', password: 'right' }
const FOLDER = mkdtempSync(join(tmpdir(), 'registry-api-v2-client-errors-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))
afterEach(() => {
  vi.unstubAllGlobals()
})

/** A registry in memory. */
function embedded(options: TestRegistryOptions = {}, more: RegistryOptions = {}) {
  return openRegistry(URL, { fetch: createTestRegistry(options).fetch, retry: 0, ...more })
}

/** Asks a server that answers everything in one way. */
function answered(answer: () => Response | Promise<Response>, more: RegistryOptions = {}, url = URL): Promise<unknown> {
  return listTags(openRegistry(url, { fetch: async () => answer(), retry: 0, ...more }), 'team/app')
}

const refused = (status: number, headers: Record<string, string> = {}) =>
  answered(() => new Response(null, { status, headers }))

/** Pushes to a registry that answers 400 to manifests. */
function refusedManifest(archive: Uint8Array, code: string): Promise<unknown> {
  const { fetch } = createTestRegistry()
  const handle = openRegistry(URL, {
    async fetch(request) {
      const isManifest = request.method === 'PUT' && request.url.includes('/manifests/')
      return isManifest ? Response.json({ errors: [{ code }] }, { status: 400 }) : fetch(request)
    },
  })
  return pushDockerTar(archive, handle, 'a', 'v1')
}

function noFetch(code?: string): Promise<never> {
  const cause = code === undefined ? undefined : Object.assign(new Error(code), { code })
  return Promise.reject(new TypeError('fetch failed', { cause }))
}

const twoImages = () => createTestArchive({ images: [{ names: ['a:v1'] }, { names: ['b:v1'], architecture: 'arm64' }] })

async function layoutWith(change: (layout: ReturnType<typeof createLayout>, path: string) => void) {
  const layout = createLayout()
  const image = await layout.addImage()
  layout.list({ ...image })
  change(layout, blobPath(image.digest))
  return openArchive(layout.tar())
}

async function sparseIndex() {
  const layout = createLayout()
  const images = [
    await layout.addImage(),
    await layout.addImage({ architecture: 'arm64' }),
    await layout.addImage({ architecture: 's390x' }),
  ]
  const platforms = ['linux/amd64', 'linux/arm64', 'linux/s390x']
  layout.list({
    ...(await layout.addIndex(images.map((image, index) => withPlatform(image, platforms[index] as string)))),
  })
  layout.files.delete(blobPath((images[2] as (typeof images)[number]).digest))
  return layout.tar()
}

type Failure = readonly [type: new (...args: never[]) => RegistryError, fail: () => Promise<unknown>]

/** By the type system, all codes and no other. */
const FAILURES = {
  FILE_UNREADABLE: [TarReadError, () => openArchive(join(FOLDER, 'nowhere.tar'))],
  NOT_AN_ARCHIVE: [TarReadError, () => openArchive(new TextEncoder().encode('a note\n'.repeat(200)))],
  ARCHIVE_DAMAGED: [TarReadError, async () => openArchive((await createTestArchive()).subarray(0, 3000))],
  ARCHIVE_INCOMPLETE: [
    ValidationError,
    () => openArchive(rawTar([{ name: 'manifest.json', data: '[{"Config":"c.json","Layers":[]}]' }])),
  ],
  ARCHIVE_UNSAFE: [TarReadError, () => openArchive(rawTar([{ name: '../manifest.json', data: '[]' }]))],
  LIMIT_EXCEEDED: [TarReadError, async () => openArchive(await createTestArchive(), { limits: { entries: 1 } })],
  NOT_SUPPORTED: [TarReadError, () => openArchive(Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0]))],
  NO_IMAGE: [ValidationError, () => openArchive(rawTar([{ name: 'hello.txt', data: 'hello' }]))],
  IMAGE_INVALID: [ValidationError, () => openArchive(rawTar([{ name: 'manifest.json', data: 'no JSON' }]))],
  DIGEST_MISMATCH: [
    DigestMismatchError,
    () =>
      layoutWith(({ files }, path) => {
        const bytes = files.get(path) as Uint8Array
        files.set(path, new TextEncoder().encode(new TextDecoder().decode(bytes).replace(/\}$/, ' ')))
      }),
  ],
  LAYER_INVALID: [
    ValidationError,
    async () => {
      const { images } = await openArchive(await createTestArchive())
      return portable.appendLayer(images[0] as portable.Image, { '../x': '' })
    },
  ],
  FILE_MISSING: [
    ValidationError,
    async () => {
      const { images } = await openArchive(await createTestArchive())
      return portable.readImageFile(images[0] as portable.Image, 'no/such/file')
    },
  ],
  ENTRY_NOT_CHOSEN: [
    ValidationError,
    async () => openArchive(await zip({ 'a.tar': await createTestArchive(), 'b.tar': await createTestArchive() })),
  ],
  IMAGE_NOT_CHOSEN: [ValidationError, async () => pushDockerTar(await twoImages(), embedded(), 'a', 'v1')],
  PLATFORM_MISSING: [
    ValidationError,
    async () => pushDockerTar(await createTestArchive(), embedded(), 'a', 'v1', { platform: 'linux/s390x' }),
  ],
  INDEX_INCOMPLETE: [ValidationError, async () => pushDockerTar(await sparseIndex(), embedded(), 'a', 'v1')],
  NAME_MISSING: [
    ValidationError,
    async () => pushDockerTarWithOriginalTags(await createTestArchive({ images: [{ names: [] }] }), embedded()),
  ],
  NAME_CLASH: [
    ValidationError,
    async () => pushDockerTarWithAllOriginalTags(await twoImages(), embedded(), { rename: () => 'same:v1' }),
  ],
  REFERENCE_INVALID: [ValidationError, async () => pushDockerTar(await createTestArchive(), embedded(), 'Team', 'v1')],
  ADDRESS_INVALID: [ValidationError, async () => openRegistry('no address')],
  CREDENTIALS_INVALID: [
    ValidationError,
    async () => openRegistry(URL, { credentials: { username: 'a:b', password: 'c' } }),
  ],
  HELPER_FAILED: [
    RegistryError,
    async () => {
      const file = join(FOLDER, 'config.json')
      writeFileSync(file, JSON.stringify({ credsStore: 'not-installed-anywhere' }))
      return dockerCredentials({ file })({ registry: `${URL}/`, service: undefined, scopes: [] })
    },
  ],
  SETTING_INVALID: [ValidationError, async () => openRegistry(URL, { allowedRealms: ['anywhere'] })],
  ARTIFACT_INVALID: [ValidationError, () => portable.pushArtifact(embedded(), 'a', 'v1', [])],
  PLAN_MISMATCH: [
    ValidationError,
    async () => {
      const { images } = await openArchive(await createTestArchive())
      const registry = embedded()
      return executePush(await planPush(images, registry, { repository: 'a', tags: ['v1'] }), [], registry)
    },
  ],
  SIGN_IN_REQUIRED: [ResponseError, () => listTags(embedded({ credentials: PASSWORD }), 'a')],
  CREDENTIALS_REFUSED: [
    ResponseError,
    () => listTags(embedded({ credentials: PASSWORD }, { credentials: { ...PASSWORD, password: 'wrong' } }), 'a'),
  ],
  ACCESS_DENIED: [ResponseError, () => refused(403)],
  UNTRUSTED_REALM: [ResponseError, () => refused(401, { 'www-authenticate': 'Bearer realm="http://elsewhere.test/"' })],
  NOT_FOUND: [ResponseError, () => listTags(embedded(), 'nowhere')],
  NOT_ALLOWED: [ResponseError, () => refused(405)],
  BODY_TOO_LARGE: [ResponseError, () => refused(413)],
  RATE_LIMITED: [ResponseError, () => refused(429)],
  LAYERS_REFUSED: [ResponseError, async () => refusedManifest((await windowsImage()).layout.tar(), 'MANIFEST_INVALID')],
  NOTHING_STAYS: [
    ValidationError,
    async () => {
      const handle = embedded()
      await pushDockerTar(await createTestArchive(), handle, 'a', 'v1')
      await deleteTags(handle, 'a', '*')
    },
  ],
  TAG_SHARED: [
    ValidationError,
    async () => {
      const registry = embedded({ deletesTags: false })
      for (const tag of ['v1', 'v2']) await pushDockerTar(await createTestArchive(), registry, 'a', tag)
      return deleteImage(registry, 'a', 'v1')
    },
  ],
  TAG_MOVED: [RegistryError, () => setTags(embedded(), 'a', DIGEST, ['v1'], { expected: DIGEST })],
  TAG_IMMUTABLE: [
    ResponseError,
    async () => {
      const faults = [{ kind: 'status', status: 412, method: 'PUT', path: '/manifests/' }] as const
      return pushDockerTar(await createTestArchive(), embedded({ faults }), 'a', 'v1')
    },
  ],
  CONTENT_LOST: [ResponseError, async () => refusedManifest(await createTestArchive(), 'MANIFEST_BLOB_UNKNOWN')],
  REFUSED: [ResponseError, () => refused(400)],
  SERVER_FAILED: [ResponseError, () => refused(500)],
  UNEXPECTED_ANSWER: [ResponseError, () => answered(() => new Response('hello'))],
  HTTPS_REQUIRED: [
    ResponseError,
    () =>
      answered(
        () => new Response(null, { status: 308, headers: { location: `${URL}/v2/team/app/tags/list` } }),
        {},
        'http://registry.test',
      ),
  ],
  NO_ANSWER: [NetworkError, () => answered(() => noFetch())],
  PREFLIGHT_REFUSED: [
    NetworkError,
    () => {
      vi.stubGlobal('location', new globalThis.URL('https://page.test/'))
      const fetch = async ({ headers }: Request) => {
        if (headers.has('authorization')) return noFetch()
        return Object.defineProperty(new Response(null, { status: 401 }), 'type', { value: 'cors' })
      }
      return listTags(openRegistry(URL, { fetch, credentials: PASSWORD }), 'team/app')
    },
  ],
  TIMED_OUT: [NetworkError, () => answered(() => new Promise(() => {}), { timeout: 20 })],
  TLS_FAILED: [NetworkError, () => answered(() => noFetch('CERT_HAS_EXPIRED'))],
  PART_NOT_LOADED: [
    RegistryError,
    () => {
      vi.stubGlobal('WebAssembly', undefined)
      return portable.openArchive(zstd(new Uint8Array(2000)))
    },
  ],
  COMPRESSION_FAILED: [
    RegistryError,
    async () =>
      pushDockerTar(await createTestArchive(), embedded(), 'a', 'v1', {
        compress: 'zstd',
        runtime: { createEncoder: createPortableEncoder },
      }),
  ],
  STORAGE_FAILED: [
    RegistryError,
    async () => {
      writeFileSync(join(FOLDER, 'file'), '')
      return folderSessions(join(FOLDER, 'file')).get('key')
    },
  ],
  FILE_EXISTS: [
    RegistryError,
    async () => {
      const { fetch } = createTestRegistry()
      const registry = openRegistry('http://localhost', { fetch })
      await pushArtifact(registry, 'r', 'v1', [{ title: 'a.txt', data: new Uint8Array() }])
      writeFileSync(join(FOLDER, 'a.txt'), '')
      return pullArtifact(registry, 'r', 'v1', { to: FOLDER, overwrite: false })
    },
  ],
  FOLDER_UNUSABLE: [
    RegistryError,
    async () => {
      mkdirSync(join(FOLDER, 'photos'))
      writeFileSync(join(FOLDER, 'photos', 'cat.jpg'), '')
      return serveTestRegistry({ folder: join(FOLDER, 'photos') })
    },
  ],
  CANNOT_LISTEN: [RegistryError, () => serveTestRegistry({ hostname: 'host.invalid' })],
} satisfies Record<ErrorCode, Failure>

const failures = Object.entries(FAILURES) as ReadonlyArray<[ErrorCode, Failure]>

describe('a RegistryError', () => {
  it.each(failures)(
    'has the code %s, its class, and a message of its fault and its remedy',
    async (code, [type, fail]) => {
      const error = await rejection(fail(), type)
      expect([error.code, error.name]).toEqual([code, type.name])
      // Options are for the remedy: who has no JavaScript understands the fault.
      expect(error.fault).toMatch(/^Cannot [^{]+$/)
      expect(error.message).toBe(error.remedy === undefined ? error.fault : `${error.fault}; ${error.remedy}`)
    },
  )
})

describe('docs/errors.md', () => {
  it('lists every code with a remedy and its class, and no other', () => {
    const rows = [
      ...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \| [^|]{9,} \| [^|]{9,} \| ([^|]+) \|/gm),
    ]
    const listed = new Map(rows.map(([, code, classes]) => [code, classes?.replaceAll('`', '').split(', ')]))
    expect([...listed.keys()].sort()).toEqual(Object.keys(FAILURES).sort())
    for (const [code, [type]] of failures)
      expect([code, listed.get(code)]).toEqual([code, expect.arrayContaining([type.name])])
  })
})
