import { expect, inject, it } from 'vitest'
import { commands } from 'vitest/browser'
import { getManifest, isIndex, openRegistry, pushDockerTar } from '../../src/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

it('pushDockerTar() brings a File of 1.1 GB into the real registry, and a second time none of it', {
  timeout: 600_000,
}, async () => {
  document.body.innerHTML = '<input type="file" id="archive">'
  const archive = await commands.chooseLargeArchive('#archive', 5, 220)
  const file = document.querySelector<HTMLInputElement>('#archive')?.files?.[0]
  if (!file) return expect.fail('no file was chosen')
  expect(file.size).toBeGreaterThan(1.1e9)

  const url = inject('registryUrl')
  const repository = `large/from-chromium-${Date.now().toString(36)}`
  const digest = await pushDockerTar(file, url, repository, 'v1')
  const { manifest } = await getManifest(url, repository, digest)
  if (isIndex(manifest)) return expect.fail('expected an image manifest')
  expect(manifest.config.digest).toBe(archive.configDigest)
  expect(manifest.layers.map((layer) => layer.digest)).toEqual(archive.diffIds)

  const source = countingSource(file)
  const recorder = recordingFetch()
  await pushDockerTar(source, openRegistry(url, { fetch: recorder.fetch }), repository, 'v2')
  expect(source.bytesRead).toBeLessThan(20_000)
  expect([recorder.count('HEAD'), recorder.count('PUT'), recorder.exchanges.length]).toEqual([6, 1, 7])
})
