import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bringRegistryBinary } from '../../scripts/find/registry-binary.js'
import { deleteImage, getImageInfo, inspectDockerTar, pushDockerTar, RegistryError } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { collectGarbage } from '../support/collected-registry.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'

let data: string
let registry: Distribution
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'collected-'))
  registry = await startDistribution({ data, settings: { REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR: 'inmemory' } })
})
afterEach(async () => {
  await registry.stop()
  rmSync(data, { recursive: true, force: true })
})

it('a distribution that has lost what its cache names is told by { verify: true }, and healed by { existing: "upload" }', async () => {
  const archive = await createTestArchive()
  const [layer] = (await inspectDockerTar(archive)).layers
  const blob = `${registry.url}/v2/a/blobs/${layer?.digest}`
  const digest = await pushDockerTar(archive, registry.url, 'a', 'v1')
  const other = await createTestArchive({ images: [{ names: ['other:v1'], layers: [{ other: 'file' }] }] })
  await pushDockerTar(other, registry.url, 'a', 'other')
  expect(await deleteImage(registry.url, 'a', 'v1')).toBe(true)
  // Beside a registry that runs on and knows nothing of it.
  collectGarbage(bringRegistryBinary() as string, data)
  expect((await fetch(blob, { method: 'HEAD' })).status).toBe(200)

  const pushing = pushDockerTar(archive, registry.url, 'a', 'v1', { verify: true })
  await rejection(pushing, RegistryError, /does not have it; push again with \{ existing: 'upload' \}/)
  expect(await pushDockerTar(archive, registry.url, 'a', 'v1', { existing: 'upload', verify: true })).toBe(digest)
  expect(await getImageInfo(registry.url, 'a', 'v1')).toMatchObject({ digest, layerCount: 2 })
  expect((await (await fetch(blob)).arrayBuffer()).byteLength).toBe(layer?.size)
})
