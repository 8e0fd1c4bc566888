import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { getManifest, isIndex, openFile, pushDockerTar } from '../../src/node/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { pushInProcess } from '../support/push-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'large-'))
const path = join(folder, 'large.tar')
const repository = `large/from-node-${Date.now().toString(36)}`
let archive: LargeArchive

beforeAll(async () => {
  archive = await writeLargeArchive(path, { layers: 5, layerMiB: 220, name: 'team/large:v1' })
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('pushDockerTar() of an archive of 1.1 GB', () => {
  it('brings it into the real registry from Node, below 200 MB of memory', { timeout: 300_000 }, async () => {
    const url = inject('registryUrl')
    const { maxRSS } = await pushInProcess([process.execPath], { archive: path, url, repository })
    expect(maxRSS).toBeLessThan(200 * 1024)

    const { manifest } = await getManifest(url, repository, 'v1')
    if (isIndex(manifest)) return expect.fail('expected an image manifest')
    expect(manifest.config.digest).toBe(archive.configDigest)
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(archive.diffIds)
    for (const { digest, size } of manifest.layers) {
      expect(await storedBlob(`${url}/v2/${repository}/blobs/${digest}`)).toEqual({ digest, size })
    }
  })

  it('a second time reads no byte of a layer', async () => {
    const file = await openFile(path)
    const source = countingSource(file)
    await pushDockerTar(source, inject('registryUrl'), repository, 'v2')
    await file.close()
    expect(archive.layerBytes).toBeGreaterThan(1.1e9)
    expect(source.bytesRead).toBeLessThan(20_000)
  })
})

/** What a registry really holds: read back and hashed. */
async function storedBlob(url: string): Promise<{ digest: string; size: number }> {
  const response = await fetch(url)
  const sha256 = createHash('sha256')
  let size = 0
  for await (const chunk of Readable.fromWeb(response.body as never)) {
    sha256.update(chunk)
    size += chunk.length
  }
  return { digest: `sha256:${sha256.digest('hex')}`, size }
}
