import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openFile, pushDockerTar } from '../../src/node/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { pushInProcess } from '../support/push-process.ts'
import { expectStored } from '../support/stored-image.ts'

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

    await expectStored(url, repository, 'v1', archive)
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
