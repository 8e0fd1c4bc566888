import { expect, inject, it } from 'vitest'
import {
  createIndex,
  editImage,
  getManifest,
  type Image,
  openArchive,
  openImage,
  openRegistry,
  pushDockerTar,
  pushImage,
  selectPlatforms,
  writeArchive,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { editedDigest, KNOWN_DIGEST } from '../support/edited-digest.ts'
import { imageOfKind, openOne } from '../support/opened-image.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

// The page is of another origin than the real registry.

const repository = () => `page-edits/${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`

it('editImage() gives the same digest in a page', async () => {
  const file = new File([await createTestArchive()], 'exported.tar')
  expect(await editedDigest(await openOne(file))).toBe(KNOWN_DIGEST)
})

it('pushImage() sends no layer of an edited image from a page, but mounts it', async () => {
  const name = repository()
  const archive = await createTestArchive({ images: [{ layers: [{ file: name.repeat(10_000) }] }] })
  await pushDockerTar(archive, inject('registryUrl'), name, 'v1')
  const recorder = recordingFetch()
  const registry = openRegistry(inject('registryUrl'), { fetch: recorder.fetch })
  const edited = await editImage(await openImage(registry, name, 'v1'), { labels: { a: '1' } })
  const target = repository()
  const digest = await pushImage(edited, registry, target, 'v2')
  expect((await getManifest(registry, target, 'v2')).digest).toBe(digest)
  const gets = recorder.exchanges.filter(({ method, url }) => method === 'GET' && url.pathname.includes('/blobs/'))
  expect(gets).toHaveLength(1)
  expect((await openImage(registry, target, 'v2')).configuration?.labels).toMatchObject({ a: '1' })
})

it('an index of edited images goes from a dropped file to a registry and into a tar', async () => {
  const [image] = (await openArchive(new File([await createTestArchive()], 'exported.tar'))).images
  const edited = await editImage(image as Image, { cmd: ['node', 'server.js'] })
  const index = await createIndex([edited, await imageOfKind('oci', { architecture: 'arm64' })])
  const name = repository()
  const digest = await pushImage(index, inject('registryUrl'), name, 'v1', { verify: true })
  const opened = await openImage(inject('registryUrl'), name, 'v1')
  expect(opened.manifest.digest).toBe(digest)
  const written = await writeArchive([await selectPlatforms(opened, 'linux/amd64')])
  const read = await openOne(new Response(written.stream()))
  expect(read.configuration?.cmd).toEqual(['node', 'server.js'])
})
