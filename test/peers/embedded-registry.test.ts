import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getImageInfo, inspectDockerTar, listTags, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { bringPeer, startDocker } from '../support/peers.ts'

const folder = mkdtempSync(join(tmpdir(), 'peers-'))
const tar = join(folder, 'image.tar')
let registry: ServedTestRegistry
let host: string
let id: string

beforeAll(async () => {
  registry = await serveTestRegistry()
  host = new URL(registry.url).host
  const archive = await createTestArchive({ layout: 'docker-24', images: [{ names: ['team/hello:v1'] }] })
  id = (await inspectDockerTar(archive)).id
  await writeFile(tar, archive)
  await pushDockerTar(archive, registry.url, 'team/hello', 'v1')
})
afterAll(async () => {
  await registry.close()
  rmSync(folder, { recursive: true })
})

describe('the embedded registry', () => {
  it('answers curl', async () => {
    const curl = bringPeer('curl')
    const body = join(folder, 'body')
    await writeFile(body, 'bytes from curl')
    const digest = `sha256:${createHash('sha256').update('bytes from curl').digest('hex')}`
    const headers = await curl('-si', '-X', 'POST', `${registry.url}v2/from/curl/blobs/uploads/`)
    const location = /^location: (.*)\r$/im.exec(headers)?.[1] ?? ''
    const url = `${new URL(location, registry.url)}&digest=${digest}`
    const type = 'content-type: application/octet-stream'
    expect(await curl('-si', '-X', 'PUT', '-H', type, '--data-binary', `@${body}`, url)).toMatch(/^HTTP\/1\.1 201/)
    expect(await curl('-s', `${registry.url}v2/from/curl/blobs/${digest}`)).toBe('bytes from curl')
    expect(await curl('-sI', `${registry.url}v2/from/curl/blobs/${digest}`)).toMatch(/content-length: 15/i)
  })

  it('answers skopeo, which reads what we pushed and pushes what we read', async () => {
    const skopeo = bringPeer('skopeo')
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false']
    const source = `docker://${host}/team/hello:v1`
    const copied = await skopeo('inspect', '--raw', '--tls-verify=false', source)
    expect(JSON.parse(copied).config.digest).toBe(id)
    await skopeo('copy', ...insecure, source, `oci:${folder}/layout:v1`)
    await skopeo('copy', ...insecure, `oci:${folder}/layout:v1`, `docker://${host}/from/skopeo:v1`)
    const info = await getImageInfo(registry.url, 'from/skopeo', 'v1')
    const original = await getImageInfo(registry.url, 'team/hello', 'v1')
    expect(info.configuration?.diffIds).toEqual(original.configuration?.diffIds)
    await skopeo('delete', '--tls-verify=false', `docker://${host}/from/skopeo:v1`)
    expect(await listTags(registry.url, 'from/skopeo')).toEqual([])
  })

  it('answers docker, which pulls what we pushed and pushes what we read', { timeout: 120_000 }, async () => {
    const { docker, stop } = await startDocker()
    try {
      await docker('pull', `${host}/team/hello:v1`)
      expect((await docker('image', 'inspect', '-f', '{{.Id}}', `${host}/team/hello:v1`)).trim()).toBe(id)
      await docker('tag', `${host}/team/hello:v1`, `${host}/from/docker:v1`)
      await docker('push', `${host}/from/docker:v1`)
      const { manifest, layerCount } = await getImageInfo(registry.url, 'from/docker', 'v1')
      expect(['config' in manifest && manifest.config.digest, layerCount]).toEqual([id, 2])
    } finally {
      await stop()
    }
  })
})
