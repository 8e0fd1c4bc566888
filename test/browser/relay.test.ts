import { expect, inject, it } from 'vitest'
import { createPushController, listTags, pushDockerTar, pushStream } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { LARGE_LAYERS } from '../support/large-layers.ts'
import { gzip } from '../support/packing.ts'

// A relay in a page: from the body of an answer into a real registry on another origin.

const run = Date.now().toString(36)
const large = await createTestArchive({ images: [{ layers: LARGE_LAYERS }] })

/** The bytes as another server gives them. */
const download = (bytes: Uint8Array<ArrayBuffer>) => fetch(URL.createObjectURL(new Blob([bytes])))

it('pushStream() relays a download, packed or not, as pushDockerTar() pushes it', async () => {
  const url = inject('registryUrl')
  const repository = `relay-page/${run}`
  const digest = await pushDockerTar(large, url, `${repository}-file`, 'v1')
  expect(await pushStream(await download(large), url, repository, 'v1', { verify: true })).toBe(digest)
  expect(await pushStream(await download(await gzip(large)), url, `${repository}-gzip`, 'v1')).toBe(digest)
  const { body } = await download(large)
  expect(await pushStream(body as ReadableStream<Uint8Array>, url, repository, 'v2')).toBe(digest)
  expect(await listTags(url, repository)).toEqual(['v1', 'v2'])
})

it('pushStream() cancels the download at an abort', async () => {
  const controller = createPushController()
  const reason = new Error('enough')
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(large.slice(0, 100_000)),
    pull: () => controller.abort(reason),
    cancel: () => {
      isCancelled = true
    },
  })
  const relaying = pushStream(new Response(body), inject('registryUrl'), `relay-page/aborted-${run}`, 'v1', {
    controller,
  })
  await expect(relaying).rejects.toBe(reason)
  await expect.poll(() => isCancelled).toBe(true)
})
