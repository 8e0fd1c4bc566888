import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { appendLayer, inspectDockerTar, listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { listTar, plainTar, topLayer } from '../support/layer-tar.ts'
import { appArchive } from '../support/writing.ts'

// An iframe has classes of its own. So has a test in jsdom, where all answers and streams have those of Node.

const { Uint8Array: ForeignBytes }: { Uint8Array: Uint8ArrayConstructor } = runInNewContext('({ Uint8Array })')
const foreign = (bytes: Uint8Array) => ForeignBytes.from(bytes)
const toForeign = () =>
  new TransformStream<Uint8Array, Uint8Array>({
    transform: (piece, controller) => controller.enqueue(foreign(piece)),
  })

describe('bytes of another window', () => {
  it('are read by listTags() and pushDockerTar() in answers', async () => {
    const embedded = createTestRegistry()
    const fetch = async (request: Request) => {
      const answer = await embedded.fetch(request)
      return answer.body ? new Response(answer.body.pipeThrough(toForeign()), answer) : answer
    }
    const registry = openRegistry('https://registry.test', { fetch })
    await pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1', { verify: true })
    expect(await listTags(registry, 'team/app')).toEqual(['v1'])
  })

  it('are read by inspectDockerTar() in a buffer and in a stream', async () => {
    const archive = await createTestArchive()
    const expected = await inspectDockerTar(archive)
    expect(await inspectDockerTar(foreign(archive).buffer as ArrayBuffer)).toEqual(expected)
    expect(await inspectDockerTar(new Blob([archive]).stream().pipeThrough(toForeign()))).toEqual(expected)
  })

  it('are a file for appendLayer()', async () => {
    const [base] = (await appArchive()).images
    if (!base) throw new Error('no image')
    const image = await appendLayer(base, { 'data.bin': foreign(Uint8Array.of(1, 2, 3)).buffer as ArrayBuffer })
    expect(await listTar(await plainTar(topLayer(image)))).toEqual(['-rw-r--r-- 0/0 3 1970-01-01 00:00 data.bin'])
  })
})
