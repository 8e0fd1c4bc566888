import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { serveOnLoopback } from '../../scripts/loopback-server.js'

/** A registry of npm packages. */
interface NpmRegistry {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves the packed package by its name, as npm will, so that commands need no other words than a user types. All other
 * packages come from the registry that npm uses here.
 */
export async function serveNpmRegistry(tarball: string): Promise<NpmRegistry> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'])
  const upstream = new URL(stdout.trim())
  const bytes = readFileSync(tarball)
  const own = JSON.parse(readFileSync('package.json', 'utf8'))
  const server = await serveOnLoopback(async (request) => {
    const { pathname, origin } = new URL(request.url)
    if (pathname === `/${own.name}`) return Response.json(describe(own, `${origin}/${own.name}.tgz`, bytes))
    if (pathname === `/${own.name}.tgz`) return new Response(bytes)
    const accept = request.headers.get('accept') ?? '*/*'
    const { status, headers, body } = await fetch(new URL(`.${pathname}`, upstream), { headers: { accept } })
    return new Response(body, { status, headers: { 'content-type': headers.get('content-type') ?? '' } })
  })
  return { url: server.url.replace(/\/$/, ''), close: server.close }
}

/** The document of a package with one version. */
function describe(own: { readonly name: string; readonly version: string }, tarball: string, bytes: Uint8Array) {
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  const shasum = createHash('sha1').update(bytes).digest('hex')
  const { name, version } = own
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...own, dist: { tarball, integrity, shasum } } },
  }
}
