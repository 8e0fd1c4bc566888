import { describe, expect, it } from 'vitest'
import { DigestMismatchError, getManifest, openArchive, openRegistry, ValidationError } from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'

const descriptor = { mediaType: MANIFEST, digest: `sha256:${'1'.repeat(64)}`, size: 1 }
const asManifest = { schemaVersion: 2, config: descriptor, layers: [] }
const asIndex = { schemaVersion: 2, manifests: [] }

const AMBIGUOUS =
  /not one of image manifest and index|other readers take its field|, but said to be|but elsewhere it is something else/

/** Asks a registry that has but this document. */
const fromRegistry = (document: object, type: string) => {
  const fetch = async () => new Response(JSON.stringify(document), { headers: { 'content-type': type } })
  return getManifest(openRegistry('https://registry.test', { fetch }), 'a', 'v1')
}

/** Opens a layout that has but this document. */
const fromArchive = async (document: object, type: string) => {
  const layout = createLayout()
  const entry = await layout.add(type, JSON.stringify(document))
  layout.list({ ...entry })
  return openArchive(layout.tar())
}

describe('getManifest() and openArchive() of a document that others may read as another one', () => {
  it.each([
    ['has the fields of both', { ...asManifest, ...asIndex }, MANIFEST],
    ['has "Manifests" too', { ...asManifest, Manifests: [] }, MANIFEST],
    ['has "LAYERS" too', { ...asIndex, LAYERS: [] }, INDEX],
    ['has "layer\u017f" too, which Go takes for "layers"', { ...asIndex, 'layer\u017f': [] }, INDEX],
    ['is an image manifest that says it is an index', { ...asManifest, mediaType: INDEX }, INDEX],
    ['is an index that says it is an image manifest', { ...asIndex, mediaType: MANIFEST }, MANIFEST],
    ['is an image manifest, and given as an index', asManifest, INDEX],
    ['is an index, and given as an image manifest', asIndex, MANIFEST],
    [
      'says that it is of another type than the one it is given as',
      { ...asManifest, mediaType: DOCKER_MANIFEST },
      MANIFEST,
    ],
  ])('refuse one that %s (CVE-2021-41190, GHSA-77vh-xpmg-72qh, GHSA-mc8v-mgrf-8f4m)', async (_, document, type) => {
    for (const from of [fromRegistry, fromArchive]) await rejection(from(document, type), ValidationError, AMBIGUOUS)
  })

  it('take one that is given as nothing in particular, as some registries do', async () => {
    expect((await fromRegistry({ ...asManifest, mediaType: MANIFEST }, 'application/json')).mediaType).toBe(MANIFEST)
    expect((await fromRegistry(asManifest, `${MANIFEST}; charset=utf-8`)).mediaType).toBe(MANIFEST)
  })
})

describe('getManifest()', () => {
  it.each([
    'sha256:../../../other/manifests/v1',
    `sha256:${'1'.repeat(64)}/../v1`,
    `sha256:${'1'.repeat(63)}`,
    'sha512:11',
  ])('asks for no %j, and takes it from no registry (CVE-2024-3727)', async (digest) => {
    const bad = { ...descriptor, digest }
    const { fetch, exchanges } = recordingFetch(async () => new Response('{}'))
    const asking = getManifest(openRegistry('https://registry.test', { fetch }), 'a', digest)
    await rejection(asking, ValidationError, /as a tag/)
    expect(exchanges).toEqual([])
    for (const fields of [{ config: bad }, { layers: [bad] }, { subject: bad }]) {
      await rejection(fromRegistry({ ...asManifest, ...fields }, MANIFEST), ValidationError, /Cannot read the digest/)
    }
    await rejection(fromRegistry({ ...asIndex, manifests: [bad] }, INDEX), ValidationError, /Cannot read the digest/)
  })

  it('takes no other bytes for a pinned digest that the header repeats (CVE-2025-24882, GHSA-qv35-3gw6-8q4j)', async () => {
    const pinned = descriptor.digest
    const headers = { 'content-type': MANIFEST, 'docker-content-digest': pinned }
    const fetch = async () => new Response(JSON.stringify(asManifest), { headers })
    const asking = getManifest(openRegistry('https://registry.test', { fetch }), 'a', pinned)
    const error = await rejection(asking, DigestMismatchError, /Cannot trust what the registry holds as sha256:1/)
    expect(error.expected).toBe(pinned)
  })
})
