import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

// What a page loads for the portable entry: bundled, minified and packed, as its bundler and its server would have it.

/**
 * @typedef {object} Chunk
 * @property {number} bytes After `gzip -9`.
 * @property {Readonly<Record<string, number>>} parts By package or room, before minifying: where to look first.
 */

/**
 * @typedef {object} Bundle
 * @property {number} bytes What is loaded at once: the entry with its static imports, after `gzip -9`.
 * @property {Chunk} entry
 * @property {readonly Chunk[]} later What loads when it is met.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles the portable entry with its dependencies.
 *
 * @returns {Promise<Bundle>}
 */
export async function bundleCore() {
  const [bundle] = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (
    await build({
      root: ROOT,
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        target: 'es2022',
        lib: { entry: 'src/index.ts', formats: ['es'] },
        // Vite leaves the white space in libraries; who bundles an application for a page does not.
        rolldownOptions: { output: { minify: true, chunkFileNames: '[name].js' } },
      },
    })
  )
  const chunks = (bundle?.output ?? []).flatMap((output) => (output.type === 'chunk' ? [output] : []))
  const entry = chunks.find(({ isEntry }) => isEntry)
  if (!entry) throw new Error('Cannot bundle src/index.ts: there is no chunk of it.')
  const atOnce = new Set([entry])
  for (const chunk of atOnce) {
    for (const found of chunks) if (chunk.imports.includes(found.fileName)) atOnce.add(found)
  }
  const later = chunks.filter((chunk) => !atOnce.has(chunk))
  return {
    bytes: [...atOnce].reduce((sum, { code }) => sum + packedSize(code), 0),
    entry: toChunk(entry),
    later: later.map(toChunk),
  }
}

/**
 * @param {import('vite').Rolldown.OutputChunk} chunk
 * @returns {Chunk}
 */
function toChunk({ code, modules }) {
  /** @type {Record<string, number>} */
  const parts = {}
  for (const [path, { renderedLength }] of Object.entries(modules)) {
    const part = partOf(path)
    parts[part] = (parts[part] ?? 0) + renderedLength
  }
  return { bytes: packedSize(code), parts: Object.fromEntries(Object.entries(parts).sort(([, a], [, b]) => b - a)) }
}

/** @param {string} code */
function packedSize(code) {
  return gzipSync(code, { level: 9 }).length
}

/**
 * The package or the room that a module belongs to.
 *
 * @param {string} path
 */
function partOf(path) {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
  const inRoom = /\/(src\/[^/]+)/.exec(path)?.[1]
  return inPackage ?? inRoom ?? 'the bundler'
}
