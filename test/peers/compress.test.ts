import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createPortableEncoder, openArchive, pushDockerTar } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { bringPeer, type Peer } from '../support/peers.ts'
import { createRandom } from '../support/random.ts'

// What is compressed on its way into a real registry, skopeo unpacks on its way out.

const folder = mkdtempSync(join(tmpdir(), 'compress-'))
const archive = join(folder, 'exported.tar')
const run = Date.now().toString(36)
let skopeo: Peer

beforeAll(async () => {
  skopeo = bringPeer('skopeo')
  const random = createRandom(6)
  // Of several blocks, some of which can hardly be compressed.
  const noise = Uint8Array.from({ length: 3_000_000 }, () => random() * 256)
  const text = Array.from({ length: 400_000 }, () => Math.floor(random() * 1000)).join(' ')
  const layers: Readonly<Record<string, string | Uint8Array>>[] = [
    { noise },
    { text, noise: noise.subarray(0, 5000) },
    { small: 'small' },
  ]
  writeFileSync(archive, await createTestArchive({ images: [{ names: ['team/app:v1'], layers }] }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('layers that are compressed on their way into a real registry', () => {
  it.each([
    ['gzip', { compress: 'gzip' }],
    ['portable gzip', { compress: 'gzip', createEncoder: createPortableEncoder }],
    ['much gzip', { compress: { format: 'gzip', level: 9 } }],
  ] as const)('are unpacked by skopeo to what they were: %s', async (name, options) => {
    const repository = `compress/${name.replaceAll(' ', '-')}-${run}`
    await pushDockerTar(archive, inject('registryUrl'), repository, 'v1', options)
    const back = join(folder, `${name}.tar`)
    const source = `docker://${new URL(inject('registryUrl')).host}/${repository}:v1`
    await skopeo('copy', '--src-tls-verify=false', source, `docker-archive:${back}:team/app:v1`)
    const [before, after] = [await openArchive(archive), await openArchive(back)]
    const parts = ({ images: [image] }: typeof before) => [
      image?.config?.digest,
      ...(image?.layers ?? []).map(({ digest }) => digest),
    ]
    expect(parts(after)).toEqual(parts(before))
    await before.close()
    await after.close()
  })
})
