import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort, isListening } from '../../scripts/find/port.js'
import { startServer } from '../../scripts/find/server.js'
import { listTags, openImage, pushDockerTar, saveArchive } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { bringPeer, type Peer, peerAt, startDocker } from '../support/peers.ts'

// Other clients push into a registry in a folder. It is restarted before they read. Some read the folder itself.

const temporary = mkdtempSync(join(tmpdir(), 'peers-folder-'))
const folder = join(temporary, 'registry')
const at = (name: string) => join(temporary, name)
let registry: ServedTestRegistry
let host: string
let port: number
let digest: string

/** Starts the registry again, at the same port. */
async function restart(): Promise<void> {
  await registry?.close()
  registry = await serveTestRegistry({ folder, port })
}

beforeAll(async () => {
  port = await freePort()
  host = `127.0.0.1:${port}`
  await restart()
  const layers: Record<string, string | Uint8Array>[] = [{ one: 'one' }, { large: new Uint8Array(3_000_000).fill(7) }]
  digest = await pushDockerTar(
    await createTestArchive({ layout: 'docker-24', images: [{ layers }] }),
    registry.url,
    'team/app',
    'v1',
  )
  await saveArchive([await openImage(registry.url, 'team/app', 'v1')], at('app.tar'))
  writeFileSync(at('sbom.json'), '{"spdxVersion":"SPDX-2.3"}')
})
afterAll(async () => {
  await registry?.close()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 10 })
})

function goPeer(name: 'crane' | 'oras' | 'regctl'): Peer {
  const { path, absence } = inject('goPrograms')[name]
  if (path === undefined) throw new Error(absence)
  return peerAt(path, temporary)
}

describe('a registry in a folder', () => {
  it('keeps what skopeo pushes', async () => {
    const skopeo = bringPeer('skopeo')
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false']
    await skopeo('copy', ...insecure, `docker://${host}/team/app:v1`, `docker://${host}/from/skopeo:v1`)
    await skopeo(
      'copy',
      ...insecure,
      '--format=oci',
      `docker://${host}/team/app:v1`,
      `docker://${host}/from/skopeo:oci`,
    )
    const inspect = () => skopeo('inspect', '--tls-verify=false', `docker://${host}/from/skopeo:v1`)
    const before = await inspect()
    await restart()
    expect(await inspect()).toBe(before)
    await skopeo('copy', `oci:${folder}/from/skopeo:oci`, `oci:${at('copied')}:v1`)
    await skopeo('delete', '--tls-verify=false', `docker://${host}/from/skopeo:v1`)
    await restart()
    expect(await listTags(registry.url, 'from/skopeo')).toEqual(['oci'])
  })

  it('keeps what podman pushes', { timeout: 120_000 }, async () => {
    const storage = ['--storage-driver', 'vfs', '--root', at('storage'), '--runroot', at('run')]
    const podman: Peer = (...args) => bringPeer('podman')(...storage, ...args)
    await podman('pull', '--tls-verify=false', `${host}/team/app:v1`)
    await podman('push', '--tls-verify=false', `${host}/team/app:v1`, `${host}/from/podman:v1`)
    await podman('rmi', '--all', '--force')
    await restart()
    const id = await podman('pull', '--tls-verify=false', `${host}/from/podman:v1`)
    expect((await podman('image', 'inspect', '--format', '{{.Id}}', id.trim())).trim()).toBe(id.trim())
  })

  it('keeps what docker pushes', { timeout: 180_000 }, async () => {
    const { docker, stop } = await startDocker()
    try {
      await docker('pull', `${host}/team/app:v1`)
      const id = await docker('image', 'inspect', '-f', '{{.Id}}', `${host}/team/app:v1`)
      await docker('tag', `${host}/team/app:v1`, `${host}/from/docker:v1`)
      await docker('push', `${host}/from/docker:v1`)
      await docker('rmi', `${host}/team/app:v1`, `${host}/from/docker:v1`)
      await restart()
      await docker('pull', `${host}/from/docker:v1`)
      expect(await docker('image', 'inspect', '-f', '{{.Id}}', `${host}/from/docker:v1`)).toBe(id)
    } finally {
      await stop()
    }
  })

  it('keeps what crane pushes', async () => {
    const crane = goPeer('crane')
    await crane('push', at('app.tar'), `${host}/from/crane:v1`)
    await crane('tag', `${host}/from/crane:v1`, 'v2')
    await restart()
    expect((await crane('ls', `${host}/from/crane`)).trim().split('\n')).toEqual(['v1', 'v2'])
    await crane('validate', '--remote', `${host}/from/crane:v2`)
    await crane('pull', `${host}/from/crane:v2`, at('crane.tar'))
    await crane('delete', `${host}/from/crane:v2`)
    await restart()
    expect((await crane('ls', `${host}/from/crane`)).trim()).toBe('v1')
    expect((await crane('catalog', host)).split('\n')).toContain('team/app')
  })

  it('keeps what regctl pushes', async () => {
    const run = goPeer('regctl')
    const regctl: Peer = (...args) => run('--host', `reg=${host},tls=disabled`, ...args)
    await regctl('image', 'copy', `${host}/team/app:v1`, `${host}/from/regctl:v1`)
    await regctl('image', 'copy', `${host}/from/regctl:v1`, `${host}/from/regctl:v2`)
    await restart()
    expect((await regctl('tag', 'ls', `${host}/from/regctl`)).trim().split('\n')).toEqual(['v1', 'v2'])
    expect((await regctl('image', 'digest', `${host}/from/regctl:v2`)).trim()).toBe(digest)
    expect((await regctl('image', 'digest', `ocidir://${folder}/from/regctl:v2`)).trim()).toBe(digest)
    await regctl('image', 'copy', `ocidir://${folder}/from/regctl:v1`, `ocidir://${at('copied-by-regctl')}:v1`)
    await regctl('tag', 'rm', `${host}/from/regctl:v1`)
    await restart()
    expect((await regctl('tag', 'ls', `${host}/from/regctl`)).trim()).toBe('v2')
  })

  it('keeps what oras pushes and attaches', async () => {
    const oras = goPeer('oras')
    const plain = '--plain-http'
    await oras('push', plain, `${host}/from/oras:v1`, 'sbom.json:application/spdx+json')
    await oras('attach', plain, '--artifact-type', 'example/sbom', `${host}/from/oras:v1`, 'sbom.json:text/plain')
    await restart()
    expect((await oras('repo', 'tags', plain, `${host}/from/oras`)).trim()).toBe('v1')
    const discovered = await oras('discover', plain, '--format', 'json', `${host}/from/oras:v1`)
    const [referrer] = JSON.parse(discovered).referrers
    expect(referrer.artifactType).toBe('example/sbom')
    mkdirSync(at('pulled'))
    await oras('pull', plain, `${host}/from/oras:v1`, '--output', at('pulled'))
    expect(readFileSync(join(at('pulled'), 'sbom.json'), 'utf8')).toBe('{"spdxVersion":"SPDX-2.3"}')
    const direct = await oras('discover', '--oci-layout', '--format', 'json', `${folder}/from/oras:v1`)
    expect(JSON.parse(direct).referrers).toMatchObject([{ digest: referrer.digest }])
    await oras('manifest', 'delete', plain, '--force', `${host}/from/oras@${referrer.digest}`)
    await restart()
    expect(JSON.parse(await oras('discover', plain, '--format', 'json', `${host}/from/oras:v1`)).referrers).toEqual([])
  })

  it('can be served by zot', async () => {
    const { path, absence } = inject('goPrograms').zot
    if (path === undefined) throw new Error(absence)
    // zot lists only repositories with OCI manifests.
    await pushDockerTar(await createTestArchive(), registry.url, 'for/zot', 'v1')
    const crane = goPeer('crane')
    const data = at('zot')
    await registry.close()
    cpSync(folder, data, { recursive: true })
    await restart()
    const zotPort = await freePort()
    const http = { address: '127.0.0.1', port: String(zotPort) }
    const configuration = { storage: { rootDirectory: data, gc: false }, http, log: { level: 'error' } }
    writeFileSync(at('zot.json'), JSON.stringify(configuration))
    const zot = await startServer(path, ['serve', at('zot.json')], { isUp: () => isListening(zotPort) })
    try {
      // skopeo verifies all digests.
      const source = `docker://127.0.0.1:${zotPort}/for/zot:v1`
      await bringPeer('skopeo')('copy', '--src-tls-verify=false', source, `dir:${at('from-zot')}`)
      expect((await crane('catalog', `127.0.0.1:${zotPort}`)).split('\n')).toContain('for/zot')
    } finally {
      await zot.stop()
    }
  })
})
