import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build as buildByVite, minifySync } from 'vite'
import { inlineWorker } from '../scripts/inline-worker.js'

// What a page loads of the portable entry: bundled, minified and packed, as its bundler and its server would have it.

/**
 * @typedef {object} Chunk
 * @property {string} name
 * @property {string} code
 * @property {number} bytes After `gzip -9`.
 * @property {readonly string[]} packages That have modules in it; `src/…` of this one.
 */

/**
 * @typedef {object} Bundle
 * @property {number} bytes What is loaded at once: the entry with its static imports, each after `gzip -9`.
 * @property {Readonly<Record<string, number>>} parts Of these bytes: how many fewer there would be without a package or a room. What is alike in
 *   several packs well, so that their sum is less than the whole.
 * @property {readonly Chunk[]} atOnce
 * @property {readonly Chunk[]} later What loads when it is met.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** No file: what the page is made of. */
const PAGE = join(ROOT, 'page.js')
const PROGRAM = fileURLToPath(new URL('bundled-push.js', import.meta.url))

/** Bundles all of the portable entry with its dependencies. */
export function bundleCore() {
  return bundle('*')
}

/** Bundles what stays of it in a page that imports `pushDockerTar` and nothing else. */
export function bundlePush() {
  return bundle('{ pushDockerTar }')
}

/** Bundles what stays of it in a page that imports `listTags` and nothing else. */
export function bundleList() {
  return bundle('{ listTags }')
}

/**
 * Pushes an image that was saved by a Docker of today with a bundle, and looks on.
 *
 * @param {Bundle} bundle
 * @returns {Promise<readonly Chunk[]>} what it loaded on top of what is loaded at once
 */
export async function loadedByPush({ atOnce, later }) {
  const folder = mkdtempSync(join(tmpdir(), 'registry-api-v2-client-bundle-'))
  try {
    for (const { name, code } of [...atOnce, ...later]) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), `globalThis.loaded.push(${JSON.stringify(name)});${code}`)
    }
    const [entry] = atOnce
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, join(folder, entry?.name ?? '')])
    const loaded = /** @type {readonly string[]} */ (JSON.parse(stdout))
    return later.filter(({ name }) => loaded.includes(name))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * @param {string} names
 * @returns {Promise<Bundle>}
 */
async function bundle(names) {
  const { atOnce } = split(await build(names))
  const modules = new Set(atOnce.flatMap(({ modules }) => Object.keys(modules)))
  // How a bundler divides what is loaded at once into files depends on the order of imports. One file is what a page would make of it.
  const { atOnce: together, later } = split(await build(names, (id) => modules.has(id)))
  return {
    bytes: together.reduce((sum, { code }) => sum + packedSize(code), 0),
    parts: weighParts(together),
    atOnce: together.map(toChunk),
    later: later.map(toChunk),
  }
}

/**
 * @param {string} names
 * @param {(id: string) => boolean} [isTogether] Which modules go into one file.
 */
async function build(names, isTogether) {
  const source = `export ${names} from ${JSON.stringify(join(ROOT, 'src/index.ts'))}`
  const [result] = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (
    await buildByVite({
      root: ROOT,
      configFile: false,
      logLevel: 'error',
      plugins: [
        inlineWorker,
        {
          name: 'page',
          resolveId: (id) => (id === PAGE ? id : undefined),
          load: (id) => (id === PAGE ? source : undefined),
        },
      ],
      build: {
        write: false,
        target: 'es2022',
        lib: { entry: PAGE, formats: ['es'], fileName: 'page' },
        rolldownOptions: {
          // No page exports anything: its entry may have what its other chunks share.
          preserveEntrySignatures: 'allow-extension',
          output: {
            // Vite leaves the white space in libraries; who bundles an application for a page does not.
            minify: true,
            chunkFileNames: '[name].js',
            ...(isTogether && { codeSplitting: { groups: [{ name: 'together', test: isTogether }] } }),
          },
        },
      },
    })
  )
  return (result?.output ?? []).flatMap((output) => (output.type === 'chunk' ? [output] : []))
}

/**
 * Tells what is loaded at once from what loads when it is met.
 *
 * @param {readonly import('vite').Rolldown.OutputChunk[]} chunks
 */
function split(chunks) {
  const entry = chunks.find(({ isEntry }) => isEntry)
  if (!entry) throw new Error('Cannot bundle src/index.ts: there is no chunk of it.')
  const atOnce = new Set([entry])
  for (const chunk of atOnce) {
    for (const found of chunks) if (chunk.imports.includes(found.fileName)) atOnce.add(found)
  }
  return { atOnce: [...atOnce], later: chunks.filter((chunk) => !atOnce.has(chunk)) }
}

/**
 * @param {import('vite').Rolldown.OutputChunk} chunk
 * @returns {Chunk}
 */
function toChunk({ fileName, code, modules }) {
  return { name: fileName, code, bytes: packedSize(code), packages: [...new Set(Object.keys(modules).map(partOf))] }
}

/**
 * @param {readonly import('vite').Rolldown.OutputChunk[]} chunks
 * @returns {Readonly<Record<string, number>>}
 */
function weighParts(chunks) {
  const modules = chunks.flatMap(({ modules }) => Object.entries(modules)).filter(([, { code }]) => code)
  /** @param {string} [part] */
  const sizeWithout = (part) => {
    const kept = modules.filter(([path]) => partOf(path) !== part).map(([, { code }]) => code)
    // What is used by what was left out is still used by the page.
    const options = { module: true, mangle: { toplevel: true }, compress: { unused: false } }
    return packedSize(minifySync('page.js', kept.join('\n'), options).code)
  }
  const whole = sizeWithout()
  const parts = [...new Set(modules.map(([path]) => partOf(path)))].map(
    (part) => /** @type {const} */ ([part, whole - sizeWithout(part)]),
  )
  return Object.fromEntries(parts.sort(([, one], [, other]) => other - one))
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
