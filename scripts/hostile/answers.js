import { brotliCompressSync, gzipSync } from 'node:zlib'
import { config, describe, gzipBomb } from './archives.js'
import { SHAPES } from './shapes.js'

/**
 * @typedef {import('node:http').RequestListener} Answer
 * @typedef {readonly [name: string, call: 'manifest' | 'info' | 'tags', answer: Answer]} HostileAnswer
 */

const MIB = 1024 ** 2
const JSON_SIZE = 8 * MIB - 1000
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/**
 * Answers every request with one text, in gzip.
 *
 * @param {string} text
 * @returns {Answer}
 */
function say(text, type = MANIFEST) {
  const bytes = gzipSync(text)
  return (_, response) => response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end(bytes)
}

/** @param {readonly string[]} documents The first one is what a tag names. @returns {Answer} */
function serve(documents) {
  const known = new Map(documents.map((text) => [describe('', text).digest, { text, bytes: gzipSync(text) }]))
  const [first] = known.values()
  return ({ url = '' }, response) => {
    const { text = '', bytes } = known.get(url.slice(url.lastIndexOf('/') + 1)) ?? first ?? {}
    const type = text.includes('"manifests"') ? 'application/vnd.oci.image.index.v1+json' : MANIFEST
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end(bytes)
  }
}

/** An index of six images whose configs or manifests have 47 MiB together. @param {string} shape @param {boolean} isConfig */
function sixImages(shape, isConfig) {
  const value = SHAPES[shape]?.(JSON_SIZE - 160_000) ?? ''
  const images = Array.from({ length: 6 }, (_, number) => {
    const text = config(isConfig ? value : '[]', number)
    const annotations = isConfig ? '{}' : `{"a":${value}}`
    return [
      `{"schemaVersion":2,"config":${JSON.stringify(describe('config', text))},"layers":[],"annotations":${annotations}}`,
      text,
    ]
  })
  const manifests = images.map(([manifest = '']) => describe('manifest', manifest))
  return serve([JSON.stringify({ schemaVersion: 2, manifests }), ...images.flat()])
}

/** Pages without an end. @param {readonly string[]} tags @returns {Answer} */
function pages(tags) {
  let page = 0
  return (_, response) => {
    page++
    const bytes = gzipSync(JSON.stringify({ tags: tags.map((tag) => `${page}-${tag}`) }), { level: 1 })
    const link = `</v2/a/tags/list?last=${page}>; rel="next"`
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', link }).end(bytes)
  }
}

/** @param {string} coding @param {Buffer} bytes @returns {Answer} */
const encoded = (coding, bytes) => (_, response) =>
  response.writeHead(200, { 'content-type': MANIFEST, 'content-encoding': coding }).end(bytes)

/** @type {readonly HostileAnswer[]} */
export const ANSWERS = [
  ...Object.entries(SHAPES).flatMap(
    ([shape, write]) =>
      /** @type {HostileAnswer[]} */ ([
        [
          `manifest of 8 MiB: ${shape}`,
          'manifest',
          say(
            `{"schemaVersion":2,"config":${JSON.stringify(describe('config', '{}'))},"layers":[],"a":${write(JSON_SIZE)}}`,
          ),
        ],
        [`index of 6 configs, 47 MiB: ${shape}`, 'info', sixImages(shape, true)],
        [`index of 6 manifests, 47 MiB: ${shape}`, 'info', sixImages(shape, false)],
        [`page of 16 MiB: ${shape}`, 'tags', say(`{"tags":${write(2 * JSON_SIZE)}}`, 'application/json')],
      ]),
  ),
  ['pages of 3 tags of 5 MiB', 'tags', pages([1, 2, 3].map((number) => `${number}${'a'.repeat(5 * MIB)}`))],
  [
    'pages of 100 tags of 50 kB of 한',
    'tags',
    pages(Array.from({ length: 100 }, (_, number) => `${number}${'한'.repeat(50_000)}`)),
  ],
  [
    'pages of 100,000 tags',
    'tags',
    pages(Array.from({ length: 100_000 }, (_, number) => `${number}${'a'.repeat(110)}`)),
  ],
  [
    'pages of 5,000 tags of 1,000 characters 한',
    'tags',
    pages(Array.from({ length: 5000 }, (_, number) => `${number}${'한'.repeat(1000)}`)),
  ],
  ['pages of 160,000 tags of 7 characters', 'tags', pages(Array.from({ length: 160_000 }, (_, number) => `${number}`))],
  ['2 GiB of zeros, Content-Encoding: gzip', 'manifest', encoded('gzip', gzipBomb(2048 * MIB))],
  [
    '2 GiB of zeros, gzip, gzip, br',
    'manifest',
    encoded('gzip, gzip, br', brotliCompressSync(gzipSync(gzipBomb(2048 * MIB)), { params: { 1: 1 } })),
  ],
  ['1,000 codings (CVE-2026-22036)', 'manifest', encoded(Array(1000).fill('gzip').join(', '), gzipSync('{}'))],
  [
    'an error without an end',
    'manifest',
    (_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      const write = () => !response.destroyed && response.write('{"errors":['.repeat(10_000), () => setImmediate(write))
      write()
    },
  ],
  ['a header of 256 kB', 'manifest', (_, response) => response.writeHead(200, { link: '<'.repeat(256_000) }).end('{}')],
  [
    'a byte a second',
    'manifest',
    (_, response) => {
      response.writeHead(200, { 'content-type': MANIFEST })
      const timer = setInterval(() => response.write(' '), 1000)
      response.once('close', () => clearInterval(timer))
    },
  ],
]
