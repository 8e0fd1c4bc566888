import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bringPeer, bringProgram, type Peer } from '../support/peers.ts'

// demo/hosting/Dockerfile, built by buildah on images that borrow the programs of this machine.

const MINUTE = 60_000
const folder = mkdtempSync(join(tmpdir(), 'page-image-'))
const at = (name: string) => join(folder, name)
/** The folders of this machine that hold Node and what it needs. */
const SYSTEM = [...new Set(['/usr', dirname(dirname(process.execPath))])].filter(
  (path, _, all) => !all.some((other) => path.startsWith(`${other}/`)),
)
const volumes = (paths: readonly string[]) => paths.flatMap((path) => ['-v', `${path}:${path}:ro`])
let buildah: Peer
/** The root of the built image. */
let root: string
let container: string

/** An image without programs: it gets those of this machine by volumes. */
async function makeBase(name: string, fill: (root: string) => void = () => {}): Promise<string> {
  const path = at(name)
  for (const part of ['usr', 'etc', 'tmp', 'root', 'var/log/nginx', 'var/lib/nginx', 'run']) {
    mkdirSync(join(path, part), { recursive: true })
  }
  for (const part of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${part}`, join(path, part))
  cpSync('/etc/passwd', join(path, 'etc/passwd'))
  cpSync('/etc/group', join(path, 'etc/group'))
  fill(path)
  const base = await buildah('from', 'scratch')
  await buildah('copy', '-q', base, path, '/')
  const searched = [...SYSTEM.map((part) => `${part}/bin`), '/usr/sbin'].join(delimiter)
  await buildah('config', '--env', `PATH=${searched}`, base)
  await buildah('commit', '-q', base, name)
  return `localhost/${name}`
}

beforeAll(async () => {
  const storage = ['--root', at('storage'), '--runroot', at('run'), '--storage-driver', 'vfs']
  buildah = async (...args) => (await bringPeer('buildah')(...storage, ...args)).trim()
  bringProgram('nginx', 'nginx-light')
  const node = await makeBase('base-node')
  const nginx = await makeBase('base-nginx', (path) => {
    cpSync('/etc/nginx', join(path, 'etc/nginx'), { recursive: true })
    rmSync(join(path, 'etc/nginx/sites-enabled'), { recursive: true, force: true })
    rmSync(join(path, 'etc/nginx/modules-enabled'), { recursive: true, force: true })
  })
  const cache = (await bringPeer('npm')('config', 'get', 'cache')).trim()
  await buildah(
    ...['bud', '-q', '--isolation', 'chroot', '--network', 'host', ...volumes([...SYSTEM, '/etc/ssl'])],
    ...['-v', `${cache}:/root/.npm`, '--build-arg', `NODE=${node}`, '--build-arg', `NGINX=${nginx}`],
    ...['-f', 'demo/hosting/Dockerfile', '-t', 'registry-page', '.'],
  )
  container = await buildah('from', '--add-host', 'registry:127.0.0.1', 'registry-page')
  root = await buildah('mount', container)
}, 5 * MINUTE)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the image of demo/hosting/Dockerfile', () => {
  const read = (path: string) => readFileSync(join(root, path), 'utf8')

  it('has the built page, and the configuration of nginx as it is', () => {
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(read('usr/share/nginx/html/index.html'))?.[1]
    expect(read(`usr/share/nginx/html/${script}`).length).toBeGreaterThan(1000)
    expect(JSON.parse(read('usr/share/nginx/html/config.json'))).toHaveProperty('readOnly', false)
    expect(read('etc/nginx/conf.d/default.conf')).toBe(readFileSync('demo/hosting/default.conf', 'utf8'))
  })

  it('starts where the registry has the name "registry"', async () => {
    const programs = volumes(['/usr/sbin', '/usr/lib', '/usr/lib64'])
    const isolation = ['--isolation', 'chroot', '--network', 'host']
    await buildah('run', ...isolation, ...programs, container, '/usr/sbin/nginx', '-t')
  })
})
