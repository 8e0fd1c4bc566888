import { expect, inject, it } from 'vitest'
import { getManifest, isIndex, openRegistry, pushDockerTar } from '../../src/index.ts'
import { chooseArchive } from '../support/chosen-archive.ts'
import { countingSource } from '../support/counting-source.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

it('pushDockerTar() brings a File of 1.1 GB into the real registry, and a second time none of it', {
  timeout: 600_000,
}, async () => {
  const { file, configDigest, diffIds } = await chooseArchive(5, 220)
  expect(file.size).toBeGreaterThan(1.1e9)

  const url = inject('registryUrl')
  const repository = `large/from-page-${Date.now().toString(36)}`
  const digest = await pushDockerTar(file, url, repository, 'v1')
  const { manifest } = await getManifest(url, repository, digest)
  if (isIndex(manifest)) return expect.fail('expected an image manifest')
  expect(manifest.config.digest).toBe(configDigest)
  expect(manifest.layers.map((layer) => layer.digest)).toEqual(diffIds)

  const source = countingSource(file)
  const recorder = recordingFetch()
  await pushDockerTar(source, openRegistry(url, { fetch: recorder.fetch }), repository, 'v2')
  expect(source.bytesRead).toBeLessThan(20_000)
  expect([recorder.count('HEAD'), recorder.count('PUT'), recorder.exchanges.length]).toEqual([6, 1, 7])
})
