import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { serveOnLoopback } from '../loopback-server.js'

const CONFIG = fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url))

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
}

/**
 * The built page on a server, perhaps with a registry on the same origin.
 *
 * @typedef {object} Site
 * @property {string} url
 * @property {string[]} asked The paths of the page's own files that were asked for.
 * @property {(name: string) => Buffer | undefined} read Reads a file of the page.
 * @property {() => Promise<void>} close
 */

/**
 * Builds the page as `npm run build:demo` does, and serves it.
 *
 * @param {(request: Request) => Promise<Response>} [registry] Answers what is below `/v2/`.
 * @returns {Promise<Site>}
 */
export async function servePage(registry) {
  const folder = mkdtempSync(join(tmpdir(), 'page-'))
  await build({ configFile: CONFIG, logLevel: 'error', build: { outDir: folder } })
  /** @type {string[]} */
  const asked = []
  const read = (/** @type {string} */ name) => {
    try {
      return readFileSync(join(folder, normalize(`/${name}`)))
    } catch {
      return undefined
    }
  }
  const server = await serveOnLoopback(async (request) => {
    const { pathname } = new URL(request.url)
    if (registry && pathname.startsWith('/v2/')) return registry(request)
    const name = pathname.slice(1) || 'index.html'
    const body = read(name)
    if (!body) return new Response(undefined, { status: 404 })
    asked.push(name)
    return new Response(body, { headers: { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' } })
  })
  return {
    url: server.url,
    asked,
    read,
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
