import { deflateRawSync, gzipSync } from 'node:zlib'
import { Zstd } from '@hpcc-js/wasm-zstd'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { SHAPES } from './shapes.js'
import { digestOf, entry, header, tar } from './tar.js'
import { zip } from './zip.js'

const MIB = 1024 ** 2
const JSON_SIZE = 8 * MIB - 1000
const OCI = 'application/vnd.oci.image'

/** @typedef {() => Promise<Buffer> | Buffer} Make */

/** @param {string} history @param {number} [number] */
export const config = (history, number = 0) =>
  `{"architecture":"amd64","os":"linux","n":${number},"rootfs":{"type":"layers","diff_ids":[]},"history":${history}}`

/**
 * An archive as Docker saves it, of images without layers.
 *
 * @param {readonly string[]} configs
 */
function saved(configs) {
  const images = configs.map((_, index) => ({ Config: `c${index}`, RepoTags: [`a/b:${index}`], Layers: [] }))
  return tar([
    entry('manifest.json', JSON.stringify(images)),
    ...configs.map((text, index) => entry(`c${index}`, text)),
  ])
}

/**
 * An OCI layout.
 *
 * @param {unknown} index Its `index.json`.
 * @param {readonly string[]} blobs
 */
function layout(index, blobs = []) {
  return tar([
    entry('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    entry('index.json', typeof index === 'string' ? index : JSON.stringify(index)),
    ...blobs.map((text) => entry(`blobs/sha256/${digestOf(text).slice(7)}`, text)),
  ])
}

/** @param {string} kind @param {string} text */
export const describe = (kind, text) => ({
  mediaType: `${OCI}.${kind}.v1+json`,
  digest: digestOf(text),
  size: Buffer.byteLength(text),
})

/** @param {readonly unknown[]} manifests @param {object} [more] */
const index = (manifests, more) =>
  JSON.stringify({ schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests, ...more })

/** @param {string} config @param {readonly unknown[]} layers @param {string} [note] */
const manifest = (config, layers, note) =>
  JSON.stringify({ schemaVersion: 2, config: describe('config', config), layers, annotations: { note } })

/** @param {number} count @param {(index: number) => Buffer} make */
const many = (count, make) => tar(Array.from({ length: count }, (_, index) => make(index)))

/** @param {number} bytes Of zeros, in gzip: 64 MiB a member. */
export function gzipBomb(bytes) {
  const member = gzipSync(Buffer.alloc(64 * MIB), { level: 9 })
  return Buffer.concat(Array(Math.ceil(bytes / (64 * MIB))).fill(member))
}

async function zstdBomb() {
  const zstd = await Zstd.load()
  const frame = Buffer.from(zstd.compress(new Uint8Array(64 * MIB), 3))
  return Buffer.concat(Array(Math.floor((9.5 * MIB) / frame.length)).fill(frame))
}

/** @param {Buffer} bytes @param {number} times */
const packed = (bytes, times) =>
  Array.from({ length: times }).reduce((/** @type {Buffer} */ all) => gzipSync(all), bytes)

function deepIndexes() {
  const blobs = [manifest('{}', [])]
  const kinds = ['manifest']
  for (let depth = 0; depth < 1000; depth++) {
    blobs.push(index([describe(kinds.at(-1) ?? '', blobs.at(-1) ?? '')]))
    kinds.push('index')
  }
  return layout(index([describe('index', blobs.at(-1) ?? '')]), blobs)
}

function smallManifests() {
  const image = config('[]')
  const blobs = Array.from({ length: 9_900 }, (_, number) => manifest(image, [], `${number} ${'한'.repeat(1500)}`))
  return layout(index(blobs.map((text) => describe('manifest', text))), [image, ...blobs])
}

/** @param {number} count */
function dockerLayers(count) {
  const diffIds = Array(count).fill(digestOf(''))
  return tar([
    entry('manifest.json', JSON.stringify([{ Config: 'c', RepoTags: ['a:b'], Layers: Array(count).fill('l') }])),
    entry('c', JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIds } })),
    entry('l', ''),
  ])
}

/** @param {number} count */
function ociLayers(count) {
  const layer = { mediaType: `${OCI}.layer.v1.tar`, digest: digestOf(''), size: 0 }
  const image = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { diff_ids: Array(count).fill(digestOf('')) },
  })
  const text = manifest(image, Array(count).fill(layer))
  return layout(index([describe('manifest', text)]), [text, image, ''])
}

/** @param {number} length Layers of Docker before 1.10. */
function oldChain(length) {
  const id = (/** @type {number} */ number) => number.toString(16).padStart(64, '0')
  const layers = Array.from({ length }, (_, number) => [
    entry(
      `${id(number)}/json`,
      JSON.stringify({ id: id(number), ...(number + 1 < length && { parent: id(number + 1) }) }),
    ),
    entry(`${id(number)}/layer.tar`, ''),
  ])
  return tar([entry('repositories', JSON.stringify({ 'a/b': { v1: id(0) } })), ...layers.flat()])
}

/** An archive without its end. @param {number} part How much of it is there, in tenths. */
const cut = (part) => async () => {
  const whole = Buffer.from(await createTestArchive({ images: [{ layers: [{ a: 'a'.repeat(50_000) }] }] }))
  return whole.subarray(0, (whole.length * part) / 10 - 100)
}

/** @type {ReadonlyArray<readonly [name: string, make: Make]>} */
const JSON_ARCHIVES = Object.entries(SHAPES).flatMap(([shape, write]) => [
  [`1 config of 8 MiB in gzip: ${shape}`, () => gzipSync(saved([config(write(JSON_SIZE))]))],
  [
    `configs of 47 MiB in gzip: ${shape}`,
    () => gzipSync(saved(Array.from({ length: 6 }, (_, number) => config(write(JSON_SIZE - 160_000), number)))),
  ],
  [
    `"index.json" of 8 MiB in gzip: ${shape}`,
    () => gzipSync(layout(`{"schemaVersion":2,"manifests":[],"annotations":${write(JSON_SIZE)}}`)),
  ],
])

/** @type {ReadonlyArray<readonly [name: string, make: Make]>} Each below 10 MB. */
export const ARCHIVES = [
  ['an ordinary one', async () => Buffer.from(await createTestArchive())],
  ['9 GiB of zeros in gzip', () => gzipBomb(9 * 1024 * MIB)],
  ['9 GiB of zeros in gzip, four times', () => packed(gzipBomb(9 * 1024 * MIB), 3)],
  ['zeros in zstd', zstdBomb],
  ['1 GiB of zeros in zip', () => zip([['a.tar', deflateRawSync(Buffer.alloc(1024 * MIB), { level: 9 }), 1024 * MIB]])],
  [
    '65,000 entries in zip',
    () => zip(Array.from({ length: 65_000 }, (_, number) => [`${number}`, Buffer.alloc(0), 0])),
  ],
  ['gzip four times', async () => packed(Buffer.from(await createTestArchive()), 4)],
  ['gzip five times', async () => packed(Buffer.from(await createTestArchive()), 5)],
  ['1,000,000 entries in gzip', () => gzipSync(many(1_000_000, (number) => header(`${number}`, 0)))],
  ['99,000 entries in gzip', () => gzipSync(many(99_000, (number) => header(`${number}`, 0)))],
  [
    '100,000 entries with names of 4,000 characters in gzip',
    () =>
      gzipSync(
        many(100_000, (number) => Buffer.concat([entry('l', `${'n'.repeat(4000)}${number}\0`, 'L'), header('', 0)])),
      ),
  ],
  [
    '100 pax headers of 1 MiB in gzip',
    () => gzipSync(many(100, () => Buffer.concat([entry('x', paxOf(MIB - 600), 'x'), header('a', 0)]))),
  ],
  [
    'a pax header of many records',
    () => many(1, () => Buffer.concat([entry('x', '8 a=bcd\n'.repeat(130_000), 'x'), header('a', 0)])),
  ],
  ['a pax header that claims 4 GiB', () => tar([header('x', 4 * 1024 * MIB - 1, 'x'), header('a', 0)])],
  ['a sparse file that claims 4 GiB', () => tar([header('a', 4 * 1024 * MIB - 1, 'S')])],
  ['a manifest of 20,000 layers', () => ociLayers(20_000)],
  ['a manifest of 100,000 layers', () => gzipSync(ociLayers(100_000))],
  ['"manifest.json" of 20,000 layers', () => dockerLayers(20_000)],
  ['"manifest.json" of 100,000 layers', () => dockerLayers(100_000)],
  [
    'an index of 50,000 manifests that are not there',
    () => layout(index(Array.from({ length: 50_000 }, (_, number) => describe('manifest', `${number}`)))),
  ],
  [
    'an index of 100,000 manifests',
    () => gzipSync(layout(index(Array.from({ length: 100_000 }, (_, number) => describe('manifest', `${number}`))))),
  ],
  ['9,900 manifests in gzip', () => gzipSync(smallManifests())],
  ['1,000 indexes in indexes', deepIndexes],
  [
    'a history of 100,000 steps',
    () => saved([config(JSON.stringify(Array(100_000).fill({ created_by: 'RUN a step that says a lot' })))]),
  ],
  ['a chain of 900 layers of Docker 1.9', () => oldChain(900)],
  ['a chain of 6,000 layers of Docker 1.9', () => oldChain(6_000)],
  ...Array.from({ length: 10 }, (_, part) => /** @type {const} */ ([`cut off at ${part + 1} of 10`, cut(part + 1)])),
  ...JSON_ARCHIVES,
]

/** @param {number} size A pax record with a long value. */
function paxOf(size) {
  const rest = ` comment=${'c'.repeat(size - 20)}\n`
  return `${String(rest.length + 7)}${rest}`
}
