import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'
import { findChromium } from '../../scripts/find/chromium.js'
import { findExecutable } from '../../scripts/find/executable.js'
import { measurePage, servePage } from '../chromium/open-page.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { writeLayer } from '../layer.js'
import { withFreshRegistry } from '../registry.js'
import { runInTurn } from '../rounds.js'

/** Packed, it has about 1 GB. */
const [FILES, FILE_SIZE] = [2048, 1024 * 1024]

/** @typedef {{ digest: string, size: number, path: string }} Layer */

/**
 * A page that lists what is in a layer of 1 GB, in each packing. The counted run stops at the first file: what it receives is what a reader pays
 * who has seen enough.
 *
 * @type {import('./index.js').Case}
 */
export const chromiumFilesCase = {
  name: 'chromium-files',
  title: 'the files of a layer of 1 GB, listed in a page in Chromium',
  async run({ folder, scale, rounds, say }) {
    const { title } = chromiumFilesCase
    if (!findChromium()) return { title, contenders: {}, absent: ['chromium'] }
    say('makes the layers')
    const count = Math.ceil(FILES * scale)
    const layers = await makeLayers(folder, count)
    const page = await servePage(join(folder, 'page'))
    return withFreshRegistry(async (url) => {
      for (const layer of Object.values(layers)) await putLayer(url, layer)
      const runners = Object.entries(layers).map(([name, { digest, size }]) => {
        const layer = { mediaType: 'application/octet-stream', digest, size }
        /** @param {readonly unknown[]} parameters */
        const run = (...parameters) =>
          measurePage(
            page.url,
            undefined,
            `bench.listFiles(${parameters.map((value) => JSON.stringify(value)).join()})`,
          )
        return {
          name,
          title: `${name}, ${(size / 1e6).toFixed(0)} MB`,
          take: () => run(url, layer, count, false),
          async count() {
            const proxy = await serveCountingProxy(url)
            await run(proxy.url, layer, 1, true).finally(proxy.stop)
            return proxy.counts()
          },
        }
      })
      const absent = layers.zstd ? [] : ['zstd']
      return { title, bytes: layers.plain?.size, absent, ...(await runInTurn(runners, { rounds, say })) }
    }).finally(page.stop)
  },
}

/**
 * Makes the same layer in each packing.
 *
 * @param {string} folder
 * @param {number} files
 * @returns {Promise<Record<string, Layer>>}
 */
async function makeLayers(folder, files) {
  const path = join(folder, `files-${files}.tar`)
  await makePlain(path, files)
  await pipeline(createReadStream(path), createGzip({ level: 1 }), createWriteStream(`${path}.gz`))
  const layers = { gzip: await describe(`${path}.gz`), plain: await describe(path) }
  const zstd = findExecutable('zstd')
  if (!zstd) return layers
  await promisify(execFile)(zstd, ['--quiet', '--force', path, '-o', `${path}.zst`])
  return { ...layers, zstd: await describe(`${path}.zst`) }
}

/**
 * @param {string} path
 * @param {number} files
 */
async function makePlain(path, files) {
  const file = await open(path, 'w')
  const spec = /** @type {const} */ ({ seed: 'files', bytes: files * FILE_SIZE, files, kind: 'mixed' })
  await writeLayer(spec, async (bytes) => void (await file.write(bytes))).finally(() => file.close())
}

/**
 * @param {string} path
 * @returns {Promise<Layer>}
 */
async function describe(path) {
  const sha256 = createHash('sha256')
  for await (const bytes of createReadStream(path)) sha256.update(bytes)
  const { size } = await stat(path)
  return { path, size, digest: `sha256:${sha256.digest('hex')}` }
}

/**
 * @param {string} url
 * @param {Layer} layer
 */
async function putLayer(url, { path, size, digest }) {
  const begun = await fetch(`${url}/v2/bench/app/blobs/uploads/`, { method: 'POST' })
  const target = new URL(begun.headers.get('location') ?? '', url)
  target.searchParams.set('digest', digest)
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) }
  const body = await openAsBlob(path)
  const { ok, status } = await fetch(target, { method: 'PUT', body, headers })
  if (!ok) throw new Error(`Cannot put ${digest}: ${status}.`)
}
