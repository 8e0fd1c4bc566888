import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as portable from '../../src/index.ts'
import { appendLayer, createImage, type Image, openArchive, ValidationError } from '../../src/node/index.ts'
import { readAll } from '../../src/source/source.ts'
import { rejection } from '../support/errors.ts'
import { listTar, plainTar, topLayer } from '../support/layer-tar.ts'
import { MADE_CONFIG, MADE_DIGESTS, madeFiles } from '../support/made-image.ts'
import { jsonOf, writeTar } from '../support/writing.ts'

// Images from nothing.

const app = mkdtempSync(join(tmpdir(), 'create-image-'))
beforeAll(() => {
  mkdirSync(join(app, 'bin'))
  writeFileSync(join(app, 'bin', 'run'), '#!/bin/sh\n')
  chmodSync(join(app, 'bin', 'run'), 0o700)
  writeFileSync(join(app, 'index.js'), 'run()')
})
afterAll(() => rmSync(app, { recursive: true, force: true }))

const documents = async ({ manifest, config }: Image) => ({
  manifest: jsonOf(await readAll(manifest.source)),
  config: config && jsonOf(await readAll(config.source)),
})
const config = {
  cmd: ['index.js'],
  entrypoint: ['/bin/run'],
  env: { NODE_ENV: 'production' },
  workingDir: '/app',
  user: '1000:1000',
  exposedPorts: [8080],
  labels: { team: 'app' },
}

describe.each([
  ['.', portable.createImage, { 'bin/run': { content: '#!/bin/sh\n', mode: 0o755 }, 'index.js': 'run()' }],
  ['./node', createImage, app],
] as const)('createImage() of "%s"', (_, create, files) => {
  it('makes an OCI image of files and a config', async () => {
    const image = await create({ files: files as never, config, annotations: { vendor: 'x' } }, { at: '/app' })
    const layer = topLayer(image)
    const made = await documents(image)
    const date = '1970-01-01T00:00:00Z'
    expect(made.manifest).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...pick(image.config) },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...pick(layer) }],
      annotations: { vendor: 'x' },
    })
    expect(made.config).toMatchObject({
      created: date,
      architecture: 'amd64',
      os: 'linux',
      config: {
        Cmd: ['index.js'],
        Entrypoint: ['/bin/run'],
        Env: ['NODE_ENV=production'],
        WorkingDir: '/app',
        User: '1000:1000',
        ExposedPorts: { '8080/tcp': {} },
        Labels: { team: 'app' },
      },
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    })
    expect(made.config.history[0]).toEqual({ created: date, created_by: 'registry-api-v2-client' })
    expect(made.config.history.slice(1).every((step: object) => 'empty_layer' in step)).toBe(true)
  })

  it('gives the same digest everywhere', async () => {
    const image = await create({ files: files as never, config }, { at: '/app' })
    expect(image.manifest.digest).toBe('sha256:bdba2195ea6fcb848ad7132f04c53148e4ec8b03568010f022a0ea9e8dd420b8')
  })

  it('lists the folders of the files, once, with the owner', async () => {
    const layers = [{ files: files as never, at: '/srv/app', uid: 1 }, { files: { 'srv/app/late': '', 'srv/x/y': '' } }]
    const image = await create({ layers } as never)
    const [first, second] = await Promise.all(image.layers.map(plainTar))
    expect(listTar(first as Uint8Array)).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 srv/',
      'drwxr-xr-x 1/0 0 1970-01-01 00:00 srv/app/',
      'drwxr-xr-x 1/0 0 1970-01-01 00:00 srv/app/bin/',
      '-rwxr-xr-x 1/0 10 1970-01-01 00:00 srv/app/bin/run',
      '-rw-r--r-- 1/0 5 1970-01-01 00:00 srv/app/index.js',
    ])
    expect(listTar(second as Uint8Array).map((line) => line.split(' ').at(-1))).toEqual([
      'srv/app/late',
      'srv/x/',
      'srv/x/y',
    ])
  })
})

const pick = (content: { readonly digest: string; readonly size: number } | undefined) => ({
  digest: content?.digest,
  size: content?.size,
})

describe.each([
  ['.', portable.createImage],
  ['./node', createImage],
])('a large layer of createImage() of "%s"', (_, create) => {
  it.each(['gzip', 'zstd'] as const)('has the digest of every other runtime with %s', async (compress) => {
    const image = await create({ files: madeFiles(), config: MADE_CONFIG }, { compress })
    expect(image.manifest.digest).toBe(MADE_DIGESTS[compress])
  })
})

describe('createImage()', () => {
  it('makes an image that can be edited, appended to, written and read', async () => {
    const image = await createImage({ files: { a: '1' }, platform: 'linux/arm64/v8' })
    const more = await portable.editImage(await appendLayer(image, { b: '2' }), { user: 'app' })
    const [read] = (await openArchive(await writeTar([more], { names: ['team/app:v1'] }))).images
    expect(read).toMatchObject({ manifest: { digest: more.manifest.digest }, platform: image.platform })
    expect(read?.configuration).toMatchObject({ user: 'app', variant: 'v8', diffIds: more.layers.map((l) => l.diffId) })
  })

  it('tells the progress over all layers', async () => {
    const seen: portable.LayerProgress[] = []
    const layers = [{ files: { a: '123' } }, { files: { b: '45' } }]
    await createImage({ layers }, { onProgress: (progress) => void seen.push(progress) })
    expect(seen).toEqual([
      { doneBytes: 3, totalBytes: 5 },
      { doneBytes: 5, totalBytes: 5 },
    ])
  })

  it('reads no file if another part is not valid', async () => {
    const file = { size: 1, read: () => expect.fail('the file was read') }
    const create = (content: object) => createImage({ files: { file }, ...content } as never)
    await rejection(
      create({ platform: 'amd64' }),
      ValidationError,
      /for the platform "amd64"; write it as "linux\/amd64"/,
    )
    await rejection(create({ platform: 'windows/amd64' }), ValidationError, /for Windows/)
    await rejection(create({ platform: 7 }), ValidationError, /for the platform 7/)
    await rejection(create({ config: { exposedPorts: [0] } }), ValidationError, /exposedPorts/)
    await rejection(create({ config: { cmd: 'node' } }), TypeError, /cmd/)
    await rejection(create({ created: 'today' }), ValidationError, /created/)
    await rejection(create({ created: null }), TypeError, /created/)
    await rejection(create({ config: 'node' }), TypeError, /"node" as edits: pass an object/)
    await rejection(create({ cmd: ['node'] }), TypeError, /it has no part "cmd"; use files, layers, config, /)
    await rejection(create({ layers: [{ files: { file } }] }), TypeError, /pass its files as \{ files \}, or several/)
    const [layers] = [[{ files: { file } }, { files: { '../x': '' } }]]
    await rejection(create({ files: undefined, layers }), ValidationError, /has "\.\."/)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['no files', {}],
    ['no layers', { layers: [] }],
    ['one layer', { layers: { files: {} } }],
    ['a layer that is null', { layers: [null] }],
    ['a layer without files', { layers: [{ at: '/app' }] }],
  ])('rejects %s', async (_, content) => {
    for (const create of [createImage, portable.createImage]) {
      await rejection(create(content as never), TypeError, /pass its files as \{ files \}, or several/)
    }
  })
})
