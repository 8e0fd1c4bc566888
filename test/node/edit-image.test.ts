import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type ConfiguredImage,
  editImage,
  type Image,
  type ImageEdits,
  openArchive,
  runnableImages,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { editedDigest, KNOWN_DIGEST } from '../support/edited-digest.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withName, withPlatform } from '../support/layout.ts'
import { imageOfKind, openOne } from '../support/opened-image.ts'
import { addArtifact, signedLayout } from '../support/signed-layout.ts'

type Json = Readonly<Record<string, unknown>>

const read = async ({ source }: { readonly source: ConfiguredImage['config']['source'] }) =>
  JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as Json & { config: Json; history: Json[] }
const configOf = (image: Image) => read(image.config as ConfiguredImage['config'])
const manifestOf = (image: Image) => read(image.manifest)
const archived = async () => openOne(await createTestArchive())
const stepsOf = async (image: Image) => (await configOf(image)).history.slice(3).map(({ created_by }) => created_by)

/** What a call warns of. */
function warnings() {
  const warned: string[] = []
  return { warned, onWarning: (warning: string) => void warned.push(warning) }
}

describe('editImage()', () => {
  it('keeps numbers as they are written, in configs, manifests and indexes', async () => {
    const layout = createLayout()
    const numbers =
      '"n":[9223372036854775807,-9007199254740993,1.0,1e400,-0,1E5,0.1,7,"9223372036854775807","\\u00001.0"]'
    const exact = `{${numbers},"text":"{\\"exactNumber\\":\\"1.0\\"}"}`
    const config = await layout.add(
      'application/vnd.oci.image.config.v1+json',
      `{"os":"linux","architecture":"amd64","config":{"Healthcheck":{"Interval":9007199254740993}},"odd":${exact}}`,
    )
    const manifest = `{"schemaVersion":2,"config":${JSON.stringify(config)},"layers":[],"odd":${exact}}`
    const listed = await layout.add('application/vnd.oci.image.manifest.v1+json', manifest)
    const index = `{"schemaVersion":2,"manifests":[${JSON.stringify({ ...listed })}],"odd":${exact}}`
    layout.list(withName(await layout.add('application/vnd.oci.image.index.v1+json', index), 'team/app:v1'))
    const edits = { user: '1000', annotations: { a: '1' }, manifestAnnotations: { a: '1' } }
    const edited = await editImage(await openOne(layout.tar()), edits)
    const child = (edited.children[0] ?? edited) as ConfiguredImage
    for (const { source } of [edited.manifest, child.manifest, child.config]) {
      expect(new TextDecoder().decode(await source.read(0, source.size))).toContain(`"odd":${exact}`)
    }
    const { source } = child.config
    expect(new TextDecoder().decode(await source.read(0, source.size))).toContain('{"Interval":9007199254740993}')
    expect(child.configuration.healthcheck).toEqual({ Interval: 9007199254740992 })
  })

  it('takes a command that is one text as Docker does', async () => {
    const before = await imageOfKind('docker', { config: { Cmd: 'serve', Entrypoint: 'sh' } })
    expect(before.configuration).toMatchObject({ cmd: ['serve'], entrypoint: ['sh'] })
    const same = await editImage(before, { cmd: ['serve'], entrypoint: ['sh'] })
    expect(same).toBe(before)
    const edited = await editImage(before, { entrypoint: ['node'] })
    expect((await configOf(edited)).config).toEqual({ Entrypoint: ['node'] })
    const removed = await editImage(before, { cmd: null })
    expect((await configOf(removed)).config).toEqual({ Entrypoint: 'sh' })
  })

  it('edits each field of a config, and notes it in the history in the words of a Dockerfile', async () => {
    const before = await archived()
    const edited = await editImage(before, {
      labels: { b: '2', a: 'one two' },
      env: { NODE_ENV: 'production' },
      exposedPorts: [8080, '53/udp'],
      volumes: ['/data'],
      user: '1000:1000',
      workingDir: '/srv',
      entrypoint: ['node'],
      cmd: ['server.js', '--port=8080'],
      stopSignal: 'SIGINT',
      author: 'the team',
      created: new Date(Date.UTC(2026, 0, 31)),
    })
    const document = await configOf(edited)
    expect(document.config).toEqual({
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'NODE_ENV=production'],
      Cmd: ['server.js', '--port=8080'],
      WorkingDir: '/srv',
      Labels: { 'org.opencontainers.image.title': 'team/hello:v1', a: 'one two', b: '2' },
      ExposedPorts: { '53/udp': {}, '8080/tcp': {} },
      Volumes: { '/data': {} },
      User: '1000:1000',
      Entrypoint: ['node'],
      StopSignal: 'SIGINT',
    })
    expect(document).toMatchObject({ author: 'the team', created: '2026-01-31T00:00:00.000Z', os: 'linux' })
    expect(document.history.slice(3)).toEqual(
      [
        'LABEL a="one two" b=2',
        'ENV NODE_ENV=production',
        'EXPOSE 53/udp 8080/tcp',
        'VOLUME /data',
        'USER 1000:1000',
        'WORKDIR /srv',
        'ENTRYPOINT ["node"]',
        'CMD ["server.js","--port=8080"]',
        'STOPSIGNAL SIGINT',
      ].map((created_by) => ({ created: '2026-01-31T00:00:00.000Z', created_by, empty_layer: true })),
    )
    expect(edited.configuration).toMatchObject({ user: '1000:1000', labels: { a: 'one two' } })
    expect(edited.names).toEqual(before.names)
    expect(edited.layers).toEqual(before.layers)
    expect((await manifestOf(edited)).layers).toEqual((await manifestOf(before)).layers)
  })

  it('removes values with null, and says so in the history', async () => {
    const set = await editImage(await archived(), { env: { A: '1', B: '2' }, exposedPorts: [80], volumes: ['/a'] })
    const removed = await editImage(set, {
      env: { A: null, MISSING: null },
      labels: null,
      cmd: null,
      exposedPorts: null,
      volumes: [],
      workingDir: null,
    })
    expect((await configOf(removed)).config).toEqual({ Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'B=2'] })
    expect((await stepsOf(removed)).slice(3)).toEqual([
      'remove LABEL org.opencontainers.image.title',
      'remove ENV A',
      'remove EXPOSE',
      'remove VOLUME',
      'remove WORKDIR',
      'remove CMD',
    ])
  })

  it('removes the command with a new entrypoint, unless it is given', async () => {
    const image = await archived()
    expect((await editImage(image, { entrypoint: ['node'] })).configuration?.cmd).toEqual([])
    const kept = await editImage(image, { entrypoint: ['node'], cmd: ['/bin/sh'] })
    expect(kept.configuration).toMatchObject({ entrypoint: ['node'], cmd: ['/bin/sh'] })
    const again = await editImage(kept, { entrypoint: ['node'], user: 'node' })
    expect(again.configuration?.cmd).toEqual(['/bin/sh'])
  })

  it('replaces a variable in its place, with or without a value, in the names of its system', async () => {
    const env = ['A', 'Path=C:\\Windows', 'B=x=y']
    const edit = { env: { A: '1', PATH: 'C:\\app', B: null } }
    const windows = await editImage(await imageOfKind('oci', { os: 'windows', config: { Env: env } }), edit)
    expect(windows.configuration?.env).toEqual(['A=1', 'Path=C:\\app'])
    const linux = await editImage(await imageOfKind('oci', { config: { Env: env } }), edit)
    expect(linux.configuration?.env).toEqual(['A=1', 'Path=C:\\Windows', 'PATH=C:\\app'])
  })

  it('edits annotations of the manifest alone', async () => {
    const before = await archived()
    const edited = await editImage(before, { annotations: { 'com.example.note': 'hello' } })
    expect((await manifestOf(edited)).annotations).toEqual({ 'com.example.note': 'hello' })
    expect(edited.config).toBe(before.config)
    const back = await editImage(edited, { annotations: { 'com.example.note': null } })
    expect(back.manifest.digest).toBe(before.manifest.digest)
  })

  it.each(['docker', 'oci'] as const)('keeps an image of the kind %s, and unknown fields', async (kind) => {
    const before = await imageOfKind(
      kind,
      { 'x-config': { deep: [1, 'two'] }, config: { 'x-runtime': 3 } },
      { 'x-manifest': true },
    )
    const edited = await editImage(before, { labels: { a: '1' }, annotations: { b: '2' } })
    const [one, other] = [await manifestOf(before), await manifestOf(edited)]
    expect(edited.manifest.mediaType).toBe(before.manifest.mediaType)
    expect(edited.config?.mediaType).toBe(before.config?.mediaType)
    expect(other).toEqual({
      ...one,
      config: { mediaType: edited.config?.mediaType, digest: edited.config?.digest, size: edited.config?.size },
      annotations: { b: '2' },
    })
    expect(await configOf(edited)).toMatchObject({
      'x-config': { deep: [1, 'two'] },
      config: { 'x-runtime': 3, Labels: { a: '1' } },
    })
  })

  it('gives the same digest for the same edit, in any order of its keys', async () => {
    const edits: ImageEdits[] = [
      { labels: { a: '1', b: '2' }, user: 'node', annotations: { x: '1', y: '2' } },
      { annotations: { y: '2', x: '1' }, user: 'node', labels: { b: '2', a: '1' } },
    ]
    const image = await archived()
    const digests = await Promise.all(edits.map(async (edit) => (await editImage(image, edit)).manifest.digest))
    expect(new Set(digests).size).toBe(1)
  })

  it('gives the same digest on every runtime', async () => {
    expect(await editedDigest(await archived())).toBe(KNOWN_DIGEST)
  })

  it.each<[string, ImageEdits]>([
    ['nothing', {}],
    ['undefined', { labels: undefined, cmd: undefined }],
    ['what is there', { workingDir: '/app', cmd: ['/bin/sh'], env: { PATH: '/usr/local/bin:/usr/bin:/bin' } }],
    ['the same label', { labels: { 'org.opencontainers.image.title': 'team/hello:v1' } }],
    ['what is not there', { env: { MISSING: null }, annotations: null, volumes: null, user: null, exposedPorts: [] }],
    ['the same author and date', { author: 'registry-api-v2-client', created: '1970-01-01T00:00:00Z' }],
  ])('gives the image itself when the edit is %s', async (_, edits) => {
    const image = await archived()
    expect(await editImage(image, edits)).toBe(image)
  })

  it('adds no history to an image that has none', async () => {
    const edited = await editImage(await imageOfKind('oci', { history: undefined }), { user: 'node' })
    expect((await configOf(edited)).history).toBeUndefined()
    expect(edited.configuration?.user).toBe('node')
  })

  it('does not read layers', async () => {
    const image = await archived()
    const source = { size: 1, read: () => expect.fail('a layer was read') }
    const guarded = { ...image, layers: image.layers.map((layer) => ({ ...layer, source })) } as ConfiguredImage
    expect((await editImage(guarded, { user: 'node' })).layers.every((layer) => layer.source === source)).toBe(true)
  })
})

describe('editImage() of an index', () => {
  it('edits every image, and drops the attestations of these', async () => {
    const { image, attestation } = await attested()
    const { warned, onWarning } = warnings()
    const edited = await editImage(image, { labels: { a: '1' } }, { onWarning })
    expect(edited.children.map(({ configuration }) => configuration?.labels)).toEqual([{ a: '1' }, { a: '1' }])
    const entries = (await manifestOf(edited)).manifests as Json[]
    expect(entries.map(({ digest }) => digest)).toEqual(edited.children.map(({ manifest }) => manifest.digest))
    expect(entries.map(({ platform }) => platform)).toEqual([
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm64', os: 'linux', variant: 'v8' },
    ])
    expect(edited.children[1]?.platform).toEqual({ architecture: 'arm64', os: 'linux', variant: 'v8' })
    expect(warned).toHaveLength(2)
    expect(warned[0]).toContain(`${attestation} is about ${image.children[0]?.manifest.digest}`)
  })

  it('edits the images of one platform, and keeps the others with their attestations', async () => {
    const { image } = await attested()
    const { warned, onWarning } = warnings()
    const edited = await editImage(image, { labels: { a: '1' } }, { platforms: ['linux/arm64'], onWarning })
    const [amd64, arm64, ...rest] = edited.children
    expect(amd64).toEqual(image.children[0])
    expect(arm64?.configuration?.labels).toEqual({ a: '1' })
    expect(rest.map(({ manifest }) => manifest.digest)).toEqual([image.children[2]?.manifest.digest])
    expect(warned).toHaveLength(1)
    const [all, usual] = [
      await editImage(image, { user: '1' }, { platforms: 'all' }),
      await editImage(image, { user: '1' }),
    ]
    expect(all.manifest.digest).toBe(usual.manifest.digest)
  })

  it('edits the annotations of the index alone, and of each manifest where asked', async () => {
    const { image } = await attested()
    const edited = await editImage(image, { annotations: { a: '1' } })
    expect((await manifestOf(edited)).annotations).toEqual({ a: '1' })
    expect(edited.children).toEqual(image.children)
    const each = await editImage(image, { manifestAnnotations: { b: '2' } }, { onWarning: () => {} })
    expect((await manifestOf(each)).annotations).toBeUndefined()
    for (const child of each.children) expect((await manifestOf(child)).annotations).toEqual({ b: '2' })
  })

  it('edits one platform of an archive that lacks the others, as a push takes it', async () => {
    const layout = createLayout()
    const [amd64, arm64] = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
    const index = await layout.addIndex([withPlatform(amd64, 'linux/amd64'), withPlatform(arm64, 'linux/arm64')])
    layout.files.delete(`blobs/sha256/${arm64.digest.slice(7)}`)
    layout.list(withName(index, 'team/app:v1'))
    const { warned, onWarning } = warnings()
    const edited = await editImage(
      await openOne(layout.tar()),
      { user: 'node', annotations: { a: '1' } },
      { onWarning },
    )
    expect(edited).toMatchObject({ kind: 'image', configuration: { user: 'node' } })
    expect((await manifestOf(edited)).annotations).toEqual({ a: '1' })
    expect(warned).toEqual([expect.stringContaining('holds one platform (linux/amd64)')])
  })

  it('drops the referrers of what changed', async () => {
    const { image, signature } = await withReferrers()
    const { warned, onWarning } = warnings()
    const edited = await editImage(image, { annotations: { a: '1' } }, { onWarning })
    expect(edited.referrers).toEqual([])
    expect(edited.children[0]?.referrers).toHaveLength(1)
    expect(warned).toEqual([expect.stringContaining(`${signature.manifest.digest} is about ${image.manifest.digest}`)])
    const deep = await editImage(image, { user: 'node' }, { onWarning })
    expect(deep.children[0]?.referrers).toEqual([])
    expect(warned).toHaveLength(3)
  })

  it('rejects a platform that is not there', async () => {
    const { image } = await attested()
    const options = { platforms: ['linux/s390x'] }
    const error = await rejection(editImage(image, { user: 'node' }, options), ValidationError)
    expect(error.code).toBe('PLATFORM_MISSING')
    expect(error.message).toContain('linux/amd64, linux/arm64/v8')
  })
})

describe('editImage() of what tools save', () => {
  const archives = readdirSync('test/archives').filter((name) => /^(?!.*(export|content-missing)).*\.tar$/.test(name))

  it.each(archives)('edits each image of %s, and refuses the artifacts', async (name) => {
    const { images, close } = await node.openArchive(`test/archives/${name}`)
    for (const image of images) {
      const editing = editImage(image, { labels: { a: '1' } }, { onWarning: () => {} })
      const runnable = runnableImages(image)
      if (runnable.length === 0) {
        expect((await rejection(editing, ValidationError)).code).toBe('NOT_SUPPORTED')
        continue
      }
      const edited = await editing
      expect(edited.names).toEqual(image.names)
      const after = runnableImages(edited)
      expect(after.map(({ platform }) => platform)).toEqual(runnable.map(({ platform }) => platform))
      for (const { configuration } of after) expect(configuration?.labels).toMatchObject({ a: '1' })
      for (const [position, { layers }] of after.entries()) expect(layers).toEqual(runnable[position]?.layers)
      expect(await editImage(edited, { labels: { a: '1' } })).toBe(edited)
    }
    await close()
  })
})

describe('editImage() of an artifact', () => {
  it('edits its annotations, and keeps its subject', async () => {
    const artifact = await openArtifact()
    const edited = await editImage(artifact, { annotations: { a: '1' } })
    expect(edited).toMatchObject({ kind: 'artifact', subject: artifact.subject, artifactType: 'application/x.sbom' })
    expect(await manifestOf(edited)).toMatchObject({ annotations: { a: '1', 'x.note': 'index' }, subject: {} })
  })

  it('rejects other edits', async () => {
    const error = await rejection(editImage(await openArtifact(), { labels: { a: '1' } }), ValidationError)
    expect(error.code).toBe('NOT_SUPPORTED')
    expect(error.message).toMatch(/it is an artifact \(application\/x\.sbom\); edit only its annotations/)
  })
})

describe('wrong edits', () => {
  it.each<[string, unknown, RegExp]>([
    ['a text', 'node', /^Cannot use "node" as edits: pass an object/],
    ['null', null, /^Cannot use null as edits/],
    ['an unknown edit', { label: {} }, /^Cannot edit label: it is not an edit; use annotations, /],
    [
      'a command as a text',
      { cmd: 'npm start' },
      /^Cannot edit cmd: it has to be an array of strings, not "npm start"$/,
    ],
    ['labels as a list', { labels: ['a=1'] }, /^Cannot edit labels: it has to be an object of strings/],
    [
      'a label that is a number',
      { labels: { a: 1 } },
      /^Cannot edit labels\.a: it has to be a string, or null, not "number"$/,
    ],
    ['a user that is a number', { user: 1000 }, /^Cannot edit user: it has to be a string, not 1000$/],
    ['a date that is a number', { created: 0 }, /^Cannot edit created: it has to be a string in RFC 3339, or a Date/],
  ])('reject %s', async (_, edits, message) => {
    await rejection(editImage(await archived(), edits as ImageEdits), TypeError, message)
  })

  it.each<[string, ImageEdits]>([
    ['the port 0', { exposedPorts: [0] }],
    ['a port that is too high', { exposedPorts: ['65536/tcp'] }],
    ['a range of ports', { exposedPorts: ['80-90'] }],
    ['a port of another protocol', { exposedPorts: ['80/http'] }],
    ['a relative path', { workingDir: 'app' }],
    ['a relative volume', { volumes: ['./data'] }],
    ['a variable with "="', { env: { 'A=B': '1' } }],
    ['an empty label', { labels: { '': '1' } }],
    ['a null character', { env: { A: 'a\0b' } }],
    ['a date that does not exist', { created: '2026-13-01T00:00:00Z' }],
    ['a date without a time', { created: '2026-01-31' }],
    ['a day that does not exist', { created: '2026-02-30T00:00:00Z' }],
    ['the 29th of February of a year without one', { created: '2026-02-29T00:00:00Z' }],
    ['an hour that does not exist', { created: '2026-01-31T24:00:00Z' }],
    ['a year with five digits', { created: new Date(8.64e15) }],
    ['an invalid Date', { created: new Date(Number.NaN) }],
  ])('reject %s', async (_, edits) => {
    const error = await rejection(
      editImage(await archived(), edits),
      ValidationError,
      /^Cannot edit \w+: .* is not valid/,
    )
    expect([error.code, typeof error.remedy]).toEqual(['SETTING_INVALID', 'string'])
  })

  it('take the 29th of February of a leap year, with a fraction and an offset', async () => {
    const created = '2024-02-29T23:59:59.123456789-11:30'
    expect((await configOf(await editImage(await archived(), { created }))).created).toBe(created)
  })

  it('reject a variable with its value, and do not show the value', async () => {
    for (const env of ['TOKEN=secret', { 'TOKEN=secret': '' }]) {
      const error = await editImage(await archived(), { env: env as never }).catch((error) => error)
      expect(error.message).toMatch(/^Cannot edit env: /)
      expect(JSON.stringify({ ...error, message: error.message })).not.toContain('secret')
    }
  })

  it('reject what is not an image', async () => {
    const opened = openArchive(await createTestArchive())
    const message = /^Cannot use .* as an image: pass what openImage resolves to/
    const found = { manifest: { schemaVersion: 2 }, digest: 'sha256:…' }
    for (const image of [undefined, 'team/app', await opened, archived(), found, { manifest: null }])
      await rejection(editImage(image as never, {}), TypeError, message)
  })
})

/** An index with two images and their attestations: as an image, and as an artifact. */
async function attested() {
  const layout = createLayout()
  const [amd64, arm64] = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
  const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': amd64.digest }
  const first = await layout.addImage({ text: 'attestation', os: 'unknown', architecture: 'unknown' })
  const second = await addArtifact(layout, 'application/vnd.in-toto+json', { subject: arm64 })
  const index = await layout.addIndex([
    withPlatform(amd64, 'linux/amd64'),
    withPlatform(arm64, 'linux/arm64/v8'),
    withPlatform(first, 'unknown/unknown', about),
    { ...second },
  ])
  layout.list(withName(index, 'team/app:v1'))
  return { image: await openOne(layout.tar()), attestation: first.digest }
}

/** An index with a signature, and one of its first image, as openImage gives them. */
async function withReferrers() {
  const { layout } = await signedLayout()
  const [index, sbom, , childSbom] = (await openArchive(layout.tar())).images as [Image, Image, Image, Image]
  const [first, ...others] = index.children as [Image, Image]
  const children = [{ ...first, referrers: [childSbom] }, ...others]
  return { image: { ...index, children, referrers: [sbom] } as Image, signature: sbom }
}

async function openArtifact(): Promise<Image> {
  const { layout } = await signedLayout()
  return (await openArchive(layout.tar())).images[1] as Image
}
