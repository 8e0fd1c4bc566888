import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  inspectDockerTar,
  type OpenProgress,
  openArchive,
  TarReadError,
  ValidationError,
  validateDockerTar,
} from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { gzip } from '../support/packing.ts'
import { PRODUCERS } from '../support/producers.ts'
import { type RawEntry, rawTar } from '../support/tar.ts'

const layer = (text: string) => rawTar([{ name: text, data: text }])
const sha256 = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`

const entry = (name: string, data: string | Uint8Array): RawEntry => ({ name, data })
const json = (id: string, fields: object = {}) => entry(`${id}/json`, JSON.stringify({ id, ...fields }))
const repositories = (content: unknown) => entry('repositories', JSON.stringify(content))
const refuses = async (entries: readonly RawEntry[], message: RegExp) => {
  await rejection(openArchive(rawTar(entries)), ValidationError, message)
  expect(await validateDockerTar(rawTar(entries))).toBe(false)
}

describe('openArchive() of what Docker saved before 1.10', () => {
  it('makes the config that Docker makes of it when it loads it', async () => {
    const make = PRODUCERS.find(({ format }) => format === 'docker-v1')?.make
    const archive = await openArchive((await make?.()) ?? [])
    const { config, layers } = archive.images[0] ?? {}
    const bytes = (await config?.source.read(0, config.size)) ?? new Uint8Array(0)
    const [lower, upper] = [sha256(layer('a')), sha256(layer('b'))]
    expect(new TextDecoder().decode(bytes)).toBe(
      '{"architecture":"amd64","author":"us","config":{"Cmd":["/b"]},"created":"2015-09-01T12:00:00.5Z","docker_version":"1.9.1",' +
        '"history":[{"created":"2015-09-01T12:00:00.5Z","created_by":"/bin/sh -c echo a \\u003e \\u003cb\\u003e"},' +
        '{"created":"2015-09-01T12:00:00.5Z","author":"us"}],' +
        `"os":"linux","rootfs":{"type":"layers","diff_ids":["${lower}","${upper}"]}}`,
    )
    expect(config?.digest).toBe(sha256(bytes))
    expect(layers?.map(({ digest, createdBy }) => [digest, createdBy])).toEqual([
      [lower, '/bin/sh -c echo a > <b>'],
      [upper, undefined],
    ])
  })

  it('refuses JSON that is nested without measure', async () => {
    const depth = 100_000
    const data = `{"parent":"","os":${'['.repeat(depth)}${']'.repeat(depth)}}`
    await refuses(
      [repositories({ a: { v1: 'x' } }), entry('x/json', data), entry('x/layer.tar', layer('x'))],
      /deeper than/,
    )
  })

  it('hashes each layer once, however many images share it, and tells how far that is', async () => {
    const events: OpenProgress[] = []
    const tar = rawTar([
      ...[
        repositories({ a: { v1: 'x', latest: 'x' }, b: { v1: 'y' } }),
        json('base'),
        entry('base/layer.tar', layer('base')),
      ],
      ...[json('x', { parent: 'base' }), entry('x/layer.tar', layer('x'))],
      ...[json('y', { parent: 'base' }), entry('y/layer.tar', layer('y'))],
    ])
    const { images } = await openArchive(tar, { onOpenProgress: (event) => events.push(event) })
    expect(images.map(({ names, layers }) => [names, layers.length])).toEqual([
      [['a:v1', 'a:latest'], 2],
      [['b:v1'], 2],
    ])
    expect(events).toHaveLength(3)
    expect(events[0]).toEqual({ phase: 'hash', doneBytes: layer('x').length, totalBytes: layer('x').length })
    expect((await inspectDockerTar(tar, { image: 'b:v1' })).layers[0]?.digest).toBe(sha256(layer('base')))
  })

  it('takes IDs for names of files alone, and makes digests of bytes (CVE-2014-9356, CVE-2014-9358)', async () => {
    const sound = [json('x', { os: 'linux' }), entry('x/layer.tar', layer('x'))]
    const notHeld = (path: string) => new RegExp(`"${path}/json", which the archive does not hold`)
    await refuses([repositories({ a: { v1: '../x' } }), ...sound], notHeld('../x'))
    await refuses([repositories({ a: { v1: `${process.cwd()}/x` } }), ...sound], notHeld(`${process.cwd()}/x`))
    const above = [json('x', { parent: 'y/../x' }), entry('x/layer.tar', layer('x'))]
    await refuses([repositories({ a: { v1: 'x' } }), ...above], notHeld('y/../x'))
    const linked = { name: 'x/layer.tar', type: '2', linkName: '/etc/passwd' }
    const open = openArchive(rawTar([repositories({ a: { v1: 'x' } }), json('x'), linked]))
    await rejection(open, TarReadError, /leads out of the archive/)
    // Neither the folder's name nor what is said in it makes it another image.
    const spoofed = [json('y', { id: sha256(layer('y')), os: 'linux' }), entry('y/layer.tar', layer('x'))]
    const [one, other] = await Promise.all([
      openArchive(rawTar([repositories({ a: { v1: 'x' } }), ...sound])),
      openArchive(rawTar([repositories({ a: { v1: 'y' } }), ...spoofed])),
    ])
    expect(other.images[0]?.manifest.digest).toBe(one.images[0]?.manifest.digest)
    expect(other.images[0]?.layers[0]?.digest).toBe(sha256(layer('x')))
  })

  it('unpacks no layer, whatever it is packed with (CVE-2014-9357)', async () => {
    // What begins as xz does, but would not unpack.
    const xz = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2, 3)
    await refuses([repositories({ a: { v1: 'x' } }), json('x'), entry('x/layer.tar', xz)], /it is packed with xz/)
    const { images } = await openArchive(
      rawTar([repositories({ a: { v1: 'x' } }), json('x'), entry('x/layer.tar', xz.subarray(1))]),
    )
    expect(images[0]?.layers).toMatchObject([{ digest: sha256(xz.subarray(1)), size: 8 }])
  })

  it('refuses what is incomplete, goes in a circle (GHSA-298f-872v-2rcx), or is none', async () => {
    await refuses([repositories({ a: { v1: 'x' } })], /"x\/json", which the archive does not hold/)
    await refuses([repositories({ a: { v1: 'x' } }), json('x')], /"x\/layer\.tar", which the archive does not hold/)
    const circle = [
      json('x', { parent: 'y' }),
      entry('x/layer.tar', 'a'),
      json('y', { parent: 'x' }),
      entry('y/layer.tar', 'b'),
    ]
    await refuses([repositories({ a: { v1: 'x' } }), ...circle], /go in a circle/)
    for (const content of [{}, [], { a: 7 }, { a: { v1: 7 } }, null])
      await refuses([repositories(content)], /names none/)
    await refuses([repositories({ a: { v1: 'x' } }), entry('x/json', '[]')], /not a JSON object/)
    const packed = entry('x/layer.tar', await gzip(layer('x')))
    await refuses(
      [repositories({ a: { v1: 'x' } }), json('x'), packed],
      /is compressed, as layers of this old format never are/,
    )
  })
})
