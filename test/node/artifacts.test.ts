import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, inject, it } from 'vitest'
import * as portable from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { removeFromReferrersTag } from '../../src/registry/referrers-tag.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

// Against Debian's distribution 2.8, which has no referrers API. test/peers/artifacts.test.ts has oras and regctl.

const { attachArtifact, DigestMismatchError, getManifest, listReferrers, openRegistry, pullArtifact, pushArtifact } =
  portable
const { pushDockerTar, RegistryError, ResponseError, ValidationError } = portable

const URL_OF_RUN = inject('registryUrl')
const SPDX = 'application/spdx+json'
const TITLE = 'org.opencontainers.image.title'
const FOLDER = mkdtempSync(join(tmpdir(), 'artifacts-'))
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

let count = 0
const newRepository = () => `artifacts/${Date.now().toString(36)}-${count++}`
const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const file = (title: string, text = title) => ({ title, data: bytesOf(text) })
const fallbackTag = (digest: string) => digest.replace(':', '-')

async function image(registry: portable.RegistryInput = URL_OF_RUN) {
  const repository = newRepository()
  const digest = await pushDockerTar(await createTestArchive(), registry, repository, 'v1')
  return { repository, digest }
}

/** Puts the manifest of an artifact whose titles nobody has checked. */
async function putTitles(titles: readonly string[]): Promise<string> {
  const repository = newRepository()
  const names = titles.map((_, index) => `${index}`)
  const pushed = await pushArtifact(
    URL_OF_RUN,
    repository,
    undefined,
    names.map((name) => file(name)),
  )
  const { manifest, mediaType } = await getManifest(URL_OF_RUN, repository, pushed.digest)
  const layers = (manifest as portable.Manifest).layers.map((layer, index) => ({
    ...layer,
    annotations: { [TITLE]: titles[index] },
  }))
  const body = JSON.stringify({ ...manifest, layers })
  const url = new URL(`v2/${repository}/manifests/hostile`, `${URL_OF_RUN}/`)
  expect((await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body })).status).toBe(201)
  return repository
}

const UNSAFE: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['an absolute path', ['/etc/passwd']],
  ['".."', ['a/../../b']],
  ['a backslash', ['..\\b']],
  ['a drive', ['C:/b']],
  ['a second stream of a file', ['a.txt:b']],
  ['a control character', ['a\u0007b']],
  ['a turned text', ['a\u202etxt.exe']],
  ['a device of Windows', ['a/NUL.txt']],
  ['a device of Windows with a space', ['aux .txt']],
  ['not Unicode', ['\ud800']],
  ['a dot at the end of a folder', ['a./b']],
  ['two files of one name', ['a', './a']],
  ['two files of one name but for the case', ['README', 'readme']],
  ['two files of one name in upper case', ['straße', 'STRASSE']],
  ['two files of one name in two forms of Unicode', ['é', 'e\u0301']],
  ['a file that is a folder of another', ['A/b', 'a']],
  ['nothing but a folder', ['a/']],
]

describe('the title of a file', () => {
  it.each(UNSAFE)('that is %s is refused by a push, and nothing is sent', async (_, titles) => {
    const { fetch, exchanges } = recordingFetch()
    const registry = openRegistry(URL_OF_RUN, { fetch })
    const pushed = pushArtifact(
      registry,
      newRepository(),
      'v1',
      titles.map((title) => file(title)),
    )
    const error = await rejection(pushed, ValidationError, /the title ".*" is not safe: .*; use relative paths/)
    expect(error.code).toBe('ARTIFACT_INVALID')
    expect(exchanges).toEqual([])
  })

  it.each(UNSAFE)('that is %s is refused by a pull, and nothing is written', async (_, titles) => {
    const repository = await putTitles(titles)
    await rejection(
      pullArtifact(URL_OF_RUN, repository, 'hostile'),
      ValidationError,
      /^Cannot pull sha256:.* is not safe/,
    )
    const to = join(FOLDER, 'hostile')
    await rejection(node.pullArtifact(URL_OF_RUN, repository, 'hostile', { to }), ValidationError, /is not safe/)
    expect(existsSync(to)).toBe(false)
  })

  it('may have folders, dots, spaces and other letters', async () => {
    const titles = ['a b/.hidden/ü.tar.gz', 'con/console.txt', 'a b/x...y']
    const to = join(FOLDER, 'odd')
    const repository = newRepository()
    const pushed = pushArtifact(
      URL_OF_RUN,
      repository,
      'v1',
      titles.map((title) => file(title)),
    )
    await rejection(pushed, ValidationError, /"con\/console\.txt" is not safe: it is a device/)
    const safe = titles.filter((title) => !title.startsWith('con'))
    await pushArtifact(
      URL_OF_RUN,
      repository,
      'v1',
      safe.map((title) => file(title)),
    )
    const { files } = await node.pullArtifact(URL_OF_RUN, repository, 'v1', { to })
    expect(files.map(({ path }) => readFileSync(path, 'utf8'))).toEqual(safe)
  })
})

describe('pushArtifact()', () => {
  it('takes bytes in any view, and a file with the type of an empty one', async () => {
    const data = new DataView(new TextEncoder().encode('[{}]').buffer, 1, 2)
    const files = [{ title: 'a', data: data as never, mediaType: 'application/vnd.oci.empty.v1+json' }]
    const repository = newRepository()
    await pushArtifact(URL_OF_RUN, repository, 'v1', files)
    const pulled = await pullArtifact(URL_OF_RUN, repository, 'v1')
    expect(pulled.files.map(({ title }) => title)).toEqual(['a'])
    expect(new TextDecoder().decode(await pulled.files[0]?.bytes())).toBe('{}')
  })

  it('refuses a stream that was read before, which would be an empty file', async () => {
    const bytes = new TextEncoder().encode('once')
    async function* generate() {
      yield bytes
    }
    for (const stream of [generate(), new Blob([bytes]).stream()]) {
      const push = () => pushArtifact(URL_OF_RUN, 'artifacts/once', undefined, [{ title: 'a', data: stream }])
      await push()
      await rejection(push(), TypeError, /pass a new stream/)
    }
  })

  it.each<[string, readonly unknown[], RegExp]>([
    ['files for the tag', ['a/b', [{ title: 'a', data: 'b' }], 'v1'], /^Cannot use tag: .* not a list/],
    ['null for the tag', ['a/b', null, []], /^Cannot use tag: it has to be a tag, or undefined for none, not null/],
    ['a number for the repository', [5, 'v1', []], /^Cannot use repository: it has to be the name of a repository/],
  ])('refuses %s', async (_, [repository, tag, files], message) => {
    await rejection(pushArtifact(URL_OF_RUN, repository as never, tag as never, files as never), TypeError, message)
  })
})

describe('attachArtifact()', () => {
  it.each([undefined, null, 5, [], {}])('refuses %s as the subject, and says what to pass', async (subject) => {
    const attached = attachArtifact(URL_OF_RUN, 'a/b', subject as never, [], {
      artifactType: 'a/b',
      annotations: { a: 'b' },
    })
    await rejection(attached, TypeError, /subject.*a tag, a digest, or a descriptor/)
  })

  const artifactType = SPDX
  const act = (files: unknown, options: object = {}) =>
    attachArtifact(URL_OF_RUN, 'nowhere/at-all', 'v1', files as never, { artifactType, ...options })

  it.each([
    ['no file', [], {}, /there is no file; pass a file, or annotations$/],
    ['a type with parameters', [file('a')], { artifactType: 'text/plain; charset=utf-8' }, /is not a media type; use/],
    ['a type that is none', [file('a')], { artifactType: 'sbom' }, /"sbom" is not a media type/],
    ['a file with a type that is none', [{ ...file('a'), mediaType: 'a b/c' }], {}, /"a b\/c" is not a media type/],
    ['a date that is none', [file('a')], { annotations: { 'org.opencontainers.image.created': 'today' } }, /RFC 3339/],
    [
      'a day that does not exist',
      [file('a')],
      { annotations: { 'org.opencontainers.image.created': '2026-02-30T00:00:00Z' } },
      /RFC 3339/,
    ],
  ])('refuses %s', async (_, files, options, message) => {
    expect((await rejection(act(files, options), ValidationError, message)).code).toBe('ARTIFACT_INVALID')
  })

  it.each([
    ['one file instead of an array', file('a'), {}, /^Cannot use files: it has to be an array/],
    ['a path', ['a.txt'], {}, /pass a File, or \{ title, data \}, or in "registry-api-v2-client\/node" a path/],
    ['a file without a title', [{ data: bytesOf('') }], {}, /its title has to be a string/],
    ['a text as data', [{ title: 'a', data: 'text' }], {}, /^Cannot read the data of "a": pass a File/],
    [
      'no type',
      [file('a')],
      { artifactType: undefined },
      /^Cannot use artifactType: it is missing; pass a media type, su/,
    ],
    ['a number as the type of a file', [{ ...file('a'), mediaType: 1 }], {}, /a media type has to be a string, not 1/],
    ['annotations that are no texts', [file('a')], { annotations: { n: 1 } }, /the annotation "n" has to be a string/],
    ['a list as annotations', [file('a')], { annotations: [] }, /annotations have to be an object/],
  ])('does not take %s', async (_, files, options, message) => {
    const { repository } = await image()
    const attached = attachArtifact(URL_OF_RUN, repository, 'v1', files as never, { artifactType, ...options } as never)
    await rejection(attached, TypeError, message)
    expect(await listReferrers(URL_OF_RUN, repository, 'v1')).toEqual([])
  })

  it('refuses an image that does not exist, and sends nothing', async () => {
    const { repository } = await image()
    const { fetch, exchanges } = recordingFetch()
    const attached = attachArtifact(openRegistry(URL_OF_RUN, { fetch }), repository, 'v2', [file('a')], {
      artifactType,
    })
    const error = await rejection(
      attached,
      ResponseError,
      /the registry does not have v2 there; push it first, or pass its desc/,
    )
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 404 })
    expect(exchanges.some(({ method }) => ['PUT', 'POST', 'PATCH'].includes(method))).toBe(false)
  })

  it('takes the descriptor of a manifest that does not exist yet', async () => {
    const { repository } = await image()
    const digest = `sha256:${'5a'.repeat(32)}` as const
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 7 }
    const attached = await attachArtifact(URL_OF_RUN, repository, subject, [file('a')], { artifactType })
    expect(attached.subject).toEqual(subject)
    expect(await listReferrers(URL_OF_RUN, repository, digest)).toMatchObject([{ digest: attached.digest }])
  })

  it('takes a File, a stream of unknown size, a source and an empty file', async () => {
    const { repository } = await image()
    const stream = async function* () {
      yield bytesOf('str')
      yield bytesOf('eam')
    }
    const source = { size: 6, read: async (start: number, end: number) => bytesOf('source').slice(start, end) }
    const files = [
      new File(['file'], 'file.txt'),
      { title: 'stream', data: stream() },
      { title: 'web', data: new Blob(['web']).stream() },
      { title: 'source', data: source },
      { title: 'empty', data: new Uint8Array() },
    ]
    for (const sdk of [portable, node]) {
      const given = sdk === portable ? files : [files[0], files[3], files[4]]
      const { digest } = await sdk.attachArtifact(URL_OF_RUN, repository, 'v1', given as never, {
        artifactType,
        verify: true,
      })
      const pulled = await sdk.pullArtifact(URL_OF_RUN, repository, digest)
      const read = await Promise.all(pulled.files.map(async (one) => [one.title, textOf(await one.bytes())]))
      expect(Object.fromEntries(read)).toMatchObject({ 'file.txt': 'file', source: 'source', empty: '' })
      if (sdk === portable) expect(Object.fromEntries(read)).toMatchObject({ stream: 'stream', web: 'web' })
    }
  })

  it('asks a registry without the API for it once, and a registry that answers with OCI-Subject never', async () => {
    const asked = async (fetchOf: typeof fetch | undefined, url: string) => {
      const { fetch, exchanges } = recordingFetch(fetchOf as never)
      const registry = openRegistry(url, { fetch })
      const { repository, digest } = await image(registry)
      for (const n of [1, 2]) await attachArtifact(registry, repository, digest, [file(`${n}`)], { artifactType })
      const requests = exchanges.filter(({ url }) => url.pathname.includes('/referrers/')).length
      const tags = await portable.listTags(registry, repository)
      return { requests, tags, listed: (await listReferrers(registry, repository, 'v1')).length, digest }
    }
    const without = await asked(undefined, URL_OF_RUN)
    expect(without).toMatchObject({ requests: 1, listed: 2 })
    expect(without.tags).toContain(fallbackTag(without.digest))
    const embedded = createTestRegistry()
    const having = await asked(embedded.fetch as never, 'https://registry.test')
    expect(having).toMatchObject({ requests: 0, listed: 2, tags: ['v1'] })
  })

  it('ends with the reason of an abort, and attaches nothing', async () => {
    const { repository } = await image()
    const controller = portable.createPushController()
    controller.pause()
    const attached = attachArtifact(URL_OF_RUN, repository, 'v1', [file('a')], { artifactType, controller })
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await rejection(attached, Error, /^enough$/)
    expect(await listReferrers(URL_OF_RUN, repository, 'v1')).toEqual([])
  })
})

describe('the tag for the list of referrers', () => {
  it('keeps an image that somebody has under it', async () => {
    const { repository, digest } = await image()
    const tag = fallbackTag(digest)
    await portable.retagImage(URL_OF_RUN, repository, 'v1', [tag])
    expect(await listReferrers(URL_OF_RUN, repository, 'v1')).toEqual([])
    const attached = attachArtifact(URL_OF_RUN, repository, 'v1', [file('a')], { artifactType: SPDX })
    const error = await rejection(
      attached,
      ValidationError,
      /the tag has no list, but .*; add another tag to its manifest/,
    )
    expect(error.code).toBe('IMAGE_INVALID')
    expect((await getManifest(URL_OF_RUN, repository, tag)).digest).toBe(digest)
  })

  it('may have entries whose types are not texts', async () => {
    const { repository, digest } = await image()
    const { mediaType, ...artifact } = await pushArtifact(URL_OF_RUN, repository, 'report', [file('report')])
    const index = 'application/vnd.oci.image.index.v1+json'
    const entry = { mediaType, digest: artifact.digest, size: artifact.size, artifactType: 5 }
    const body = JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [entry] })
    const url = new URL(`v2/${repository}/manifests/${fallbackTag(digest)}`, `${URL_OF_RUN}/`)
    expect((await fetch(url, { method: 'PUT', headers: { 'content-type': index }, body })).status).toBe(201)
    const warnings: string[] = []
    const onWarning = (warning: string) => void warnings.push(warning)
    expect(await listReferrers(URL_OF_RUN, repository, digest, { onWarning })).toEqual([])
    expect(warnings).toEqual([expect.stringMatching(/as a referrer of sha256:.*, which is wrong; it was left out/)])
  })
})

describe('removeFromReferrersTag()', () => {
  it('removes the entry of a deleted referrer, and no other', async () => {
    const registry = openRegistry(URL_OF_RUN)
    const { repository, digest } = await image(registry)
    const attach = (text: string) => attachArtifact(registry, repository, 'v1', [file(text)], { artifactType: SPDX })
    const [first, second] = [await attach('one'), await attach('two')]
    const removed = { repository, subject: digest, referrer: first.digest }
    await Promise.all([removeFromReferrersTag(registry, removed), attach('three')])
    await removeFromReferrersTag(registry, removed)
    const listed = (await listReferrers(registry, repository, digest)).map((one) => one.digest)
    expect(listed).toHaveLength(2)
    expect(listed).toContain(second.digest)
    expect(listed).not.toContain(first.digest)
  })

  it('does nothing where there is no list', async () => {
    const registry = openRegistry(URL_OF_RUN)
    const { repository, digest } = await image(registry)
    await removeFromReferrersTag(registry, { repository, subject: digest, referrer: digest })
    expect(await portable.listTags(registry, repository)).toEqual(['v1'])
  })
})

describe('listReferrers() names what real tools have written:', () => {
  it.each([
    ['cosign-3.1-sig', ['cosign-signature'], []],
    ['cosign-3.1-bundle', ['cosign-signature'], ['https://sigstore.dev/cosign/sign/v1']],
    ['docker-29.8-containerd-attestation-artifact', ['buildx-attestation'], ['https://slsa.dev/provenance/v1']],
    ['buildkit-0.33-oci', ['buildx-attestation'], ['https://slsa.dev/provenance/v1']],
  ])('%s', async (name, kinds, predicateTypes) => {
    const repository = newRepository()
    const archive = readFileSync(`test/archives/${name}.tar`)
    await node.push(archive, URL_OF_RUN, { repository, tag: 'v1', image: 0 })
    const warnings: string[] = []
    const referrers = await listReferrers(URL_OF_RUN, repository, 'v1', {
      children: true,
      onWarning: (warning) => void warnings.push(warning),
    })
    expect([...new Set(referrers.map(({ kind }) => kind))]).toEqual(kinds)
    expect([...new Set(referrers.flatMap((one) => one.predicateTypes))]).toEqual(predicateTypes)
    // An attestation in the index that has a subject too comes once.
    expect(new Set(referrers.map(({ digest }) => digest)).size).toBe(referrers.length)
    expect(warnings).toEqual([])
  })

  it('charts, signatures of Notary Project and SBOMs, by their types', async () => {
    const { repository, digest } = await image()
    const types = {
      'application/vnd.cncf.notary.signature': 'notation-signature',
      'application/vnd.cyclonedx+json': 'sbom',
      'application/vnd.cncf.helm.config.v1+json': 'helm-chart',
      'application/vnd.in-toto+json': 'attestation',
      'application/x.constructor': 'unknown',
    }
    for (const artifactType of Object.keys(types)) {
      await attachArtifact(URL_OF_RUN, repository, digest, [file('a')], { artifactType })
    }
    const referrers = await listReferrers(URL_OF_RUN, repository, digest)
    expect(Object.fromEntries(referrers.map(({ artifactType, kind }) => [artifactType, kind]))).toEqual(types)
  })
})

describe('listReferrers()', () => {
  it('reads the manifest where the list states no type, and leaves out what is gone or about something else', async () => {
    const { repository, digest } = await image()
    const attached = await attachArtifact(URL_OF_RUN, repository, digest, [file('a')], { artifactType: SPDX })
    const { manifest, mediaType } = await getManifest(URL_OF_RUN, repository, fallbackTag(digest))
    const [entry] = (manifest as portable.Index).manifests
    const { artifactType: _, ...untyped } = entry as portable.IndexEntry
    const gone = { ...untyped, digest: `sha256:${'0'.repeat(64)}` }
    const stranger = { ...untyped, digest, size: 1 }
    const url = new URL(`v2/${repository}/manifests/${fallbackTag(digest)}`, `${URL_OF_RUN}/`)
    const body = JSON.stringify({ ...manifest, manifests: [untyped, stranger] })
    expect((await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body })).status).toBe(201)
    const { fetch: recorded } = recordingFetch(async (request) => {
      if (request.method !== 'GET' || !request.url.endsWith(fallbackTag(digest))) return fetch(request)
      const list = { ...manifest, manifests: [untyped, stranger, gone] }
      return new Response(JSON.stringify(list), { headers: { 'content-type': mediaType } })
    })
    const warnings: string[] = []
    const onWarning = (warning: string) => void warnings.push(warning)
    const registry = openRegistry(URL_OF_RUN, { fetch: recorded })
    expect(await listReferrers(registry, repository, digest, { onWarning })).toMatchObject([
      { digest: attached.digest, artifactType: SPDX, kind: 'sbom' },
    ])
    expect(warnings.sort()).toEqual(
      [
        `The registry lists ${gone.digest} as a referrer of ${digest}, but does not have it; it was left out.`,
        `The registry lists ${digest} as a referrer of ${digest}, which is wrong; it was left out.`,
      ].sort(),
    )
  })

  it('finds what is about an image that was deleted', async () => {
    const { repository, digest } = await image()
    const attached = await attachArtifact(URL_OF_RUN, repository, digest, [file('a')], { artifactType: SPDX })
    await portable.deleteImageByDigest(URL_OF_RUN, repository, digest)
    expect(await listReferrers(URL_OF_RUN, repository, digest)).toMatchObject([{ digest: attached.digest }])
    expect((await rejection(listReferrers(URL_OF_RUN, repository, 'v1'), ResponseError)).status).toBe(404)
  })

  it('does not take a repository that does not exist for a registry without the API', async () => {
    const { fetch } = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch })
    const absent = await listReferrers(registry, 'nowhere', `sha256:${'0'.repeat(64)}`)
    expect(absent).toEqual([])
    const { repository, digest } = await image(registry)
    await attachArtifact(registry, repository, digest, [file('a')], { artifactType: SPDX })
    expect(await listReferrers(registry, repository, digest)).toHaveLength(1)
  })
})

describe('pullArtifact()', () => {
  it('gives the last piece of a file only if it is right', async () => {
    const repository = newRepository()
    const text = 'x'.repeat(3_000_000)
    const pushed = await pushArtifact(URL_OF_RUN, repository, 'v1', [file('big', text)])
    const wrong = openRegistry(URL_OF_RUN, {
      fetch: async (request) => {
        const answer = await fetch(request)
        if (!request.url.includes('/blobs/')) return answer
        const bytes = new Uint8Array(await answer.arrayBuffer())
        bytes[7] = 0
        return new Response(bytes, answer)
      },
    })
    const { files } = await pullArtifact(wrong, repository, pushed.digest)
    let read = 0
    const reading = (async () => {
      for await (const piece of files[0]?.stream() ?? []) read += piece.byteLength
    })()
    await rejection(reading, DigestMismatchError)
    expect(read).toBeLessThan(text.length)
    const to = join(FOLDER, 'wrong')
    await rejection(node.pullArtifact(wrong, repository, 'v1', { to }), DigestMismatchError)
    expect(existsSync(to)).toBe(false)
  })

  it('refuses an index, and reads an image, whose layers have no titles', async () => {
    const { repository } = await image()
    const { files } = await pullArtifact(URL_OF_RUN, repository, 'v1')
    expect(files.map(({ title }) => title)).toEqual([undefined, undefined])
    const index = newRepository()
    await node.push(readFileSync('test/archives/buildkit-0.33-oci.tar'), URL_OF_RUN, { repository: index, tag: 'v1' })
    const error = await rejection(
      pullArtifact(URL_OF_RUN, index, 'v1'),
      ValidationError,
      /it is an index.*by its digest$/,
    )
    expect(error.code).toBe('IMAGE_NOT_CHOSEN')
  })
})

describe('pullArtifact() of "./node" with { to }', () => {
  it('writes files with folders, replaces what is there, and tells the progress', async () => {
    const repository = newRepository()
    const files = [file('a.txt', 'same'), file('deep/er/b.txt', 'same'), file('deep/c.txt')]
    await pushArtifact(URL_OF_RUN, repository, 'v1', files)
    const to = join(FOLDER, 'files')
    mkdirSync(to)
    writeFileSync(join(to, 'a.txt'), 'old')
    let last: portable.WriteProgress | undefined
    const pulled = await node.pullArtifact(URL_OF_RUN, repository, 'v1', {
      to,
      onProgress: (progress) => {
        last = progress
      },
    })
    expect(pulled.files.map(({ path }) => readFileSync(path, 'utf8'))).toEqual(['same', 'same', 'deep/c.txt'])
    expect(readdirSync(to, { recursive: true }).sort()).toEqual([
      'a.txt',
      'deep',
      'deep/c.txt',
      'deep/er',
      'deep/er/b.txt',
    ])
    expect(last).toMatchObject({ phase: 'done', writtenBytes: 14, totalBytes: 14 })
  })

  it.each([
    [
      'a folder',
      (to: string, outside: string) => symlinkSync(outside, join(to, 'deep')),
      /deep": it is a link; remove it/,
    ],
    [
      'a file',
      (to: string, outside: string) => symlinkSync(join(outside, 'x'), join(to, 'a.txt')),
      /a\.txt": it is a link; remove it/,
    ],
  ])('writes through no link to %s, and leaves nothing behind', async (_, link, message) => {
    const repository = newRepository()
    await pushArtifact(URL_OF_RUN, repository, 'v1', [file('new/z.txt'), file('a.txt'), file('deep/b.txt')])
    const [to, outside] = [mkdtempSync(join(FOLDER, 'to-')), mkdtempSync(join(FOLDER, 'outside-'))]
    link(to, outside)
    const before = readdirSync(to)
    const pulled = node.pullArtifact(URL_OF_RUN, repository, 'v1', { to })
    expect((await rejection(pulled, RegistryError, message)).code).toBe('STORAGE_FAILED')
    expect(readdirSync(to)).toEqual(before)
    expect(readdirSync(outside)).toEqual([])
  })

  it('replaces no file with { overwrite: false }, and writes none', async () => {
    const repository = newRepository()
    await pushArtifact(URL_OF_RUN, repository, 'v1', [file('new/z.txt'), file('a.txt')])
    const to = mkdtempSync(join(FOLDER, 'to-'))
    writeFileSync(join(to, 'a.txt'), 'mine')
    const pulled = node.pullArtifact(URL_OF_RUN, repository, 'v1', { to, overwrite: false })
    const { code } = await rejection(pulled, RegistryError, /a\.txt": it exists; pass { overwrite: true }/)
    expect(code).toBe('FILE_EXISTS')
    expect(readdirSync(to)).toEqual(['a.txt'])
    expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('mine')
  })

  it('skips a file without a title, with a warning', async () => {
    const { repository } = await image()
    const warnings: string[] = []
    const onWarning = (warning: string) => void warnings.push(warning)
    const { files } = await node.pullArtifact(URL_OF_RUN, repository, 'v1', { to: join(FOLDER, 'none'), onWarning })
    expect(files).toEqual([])
    expect(warnings).toHaveLength(2)
  })
})

describe('pushArtifact() of "./node"', () => {
  const folder = join(FOLDER, 'disk')
  mkdirSync(join(folder, 'docs/sub'), { recursive: true })
  writeFileSync(join(folder, 'docs/a.md'), '# A')
  writeFileSync(join(folder, 'docs/sub/run.sh'), 'true', { mode: 0o755 })
  symlinkSync('a.md', join(folder, 'docs/link'))

  it('reads paths: a file by its name, a folder as a gzipped tar, the same bytes each time', async () => {
    const repository = newRepository()
    const annotations = { 'org.opencontainers.image.created': '2024-01-01T00:00:00Z' }
    const files = [join(folder, 'docs/a.md'), { path: join(folder, 'docs'), title: 'the/docs' }]
    const told: portable.PushProgress[] = []
    const onProgress = (progress: portable.PushProgress) => void told.push(progress)
    const first = await node.pushArtifact(URL_OF_RUN, repository, 'v1', files, { annotations, onProgress })
    // The packing of the folder is no progress of the push.
    expect(told.every(({ phase, blobs }) => phase && blobs)).toBe(true)
    const second = await node.pushArtifact(URL_OF_RUN, repository, 'v2', files, { annotations })
    expect(second.digest).toBe(first.digest)
    const pulled = await node.pullArtifact(URL_OF_RUN, repository, 'v1')
    expect(pulled.files.map(({ title, mediaType }) => [title, mediaType])).toEqual([
      ['a.md', 'application/vnd.oci.image.layer.v1.tar'],
      ['the/docs', 'application/vnd.oci.image.layer.v1.tar+gzip'],
    ])
    const tar = gunzipSync((await pulled.files[1]?.bytes()) ?? new Uint8Array())
    expect(pulled.files[1]?.annotations).toMatchObject({
      'io.deis.oras.content.unpack': 'true',
      'io.deis.oras.content.digest': `sha256:${(await import('node:crypto')).createHash('sha256').update(tar).digest('hex')}`,
    })
    expect(lstatSync(join(folder, 'docs/link')).isSymbolicLink()).toBe(true)
  })

  it('tells a path that does not exist, and sends nothing', async () => {
    const { fetch, exchanges } = recordingFetch()
    const pushed = node.pushArtifact(openRegistry(URL_OF_RUN, { fetch }), newRepository(), 'v1', [
      join(folder, 'nothing'),
    ])
    await rejection(pushed, portable.TarReadError, /^Cannot open ".*nothing": ENOENT/)
    expect(exchanges).toEqual([])
  })

  it('refuses a device, whose bytes a size of 0 would lose, and a path that is a number', async () => {
    const push = (file: unknown) => node.pushArtifact(URL_OF_RUN, newRepository(), 'v1', [file as string])
    const error = await rejection(push('/dev/zero'), portable.TarReadError, /"\/dev\/zero": it is not a regular file/)
    expect(error).toMatchObject({ code: 'FILE_UNREADABLE', remedy: 'pass a stream of its bytes as { title, data }' })
    await rejection(push({ path: 5 }), TypeError, /^Cannot use path: it has to be the path of a file or a folder/)
  })

  it('names the folder "." by its own name', async () => {
    const repository = newRepository()
    const before = process.cwd()
    process.chdir(join(folder, 'docs'))
    try {
      await node.pushArtifact(URL_OF_RUN, repository, 'v1', ['.'])
    } finally {
      process.chdir(before)
    }
    const { files } = await node.pullArtifact(URL_OF_RUN, repository, 'v1')
    expect(files.map(({ title }) => title)).toEqual(['docs'])
  })
})
