import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createPortableEncoder, openArchive, pushDockerTar } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { bringPeer, type Peer } from '../support/peers.ts'
import { createRandom } from '../support/random.ts'

// What is compressed on its way into a real registry, skopeo unpacks on its way out. With zstd, Docker's manifest has become OCI's.

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
  writeFileSync(archive, await createTestArchive({ images: [{ layers }], layout: 'docker-24' }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('layers that are compressed on their way into a real registry', () => {
  it.each([
    ['gzip', { compress: 'gzip' }],
    ['portable gzip', { compress: 'gzip', runtime: { createEncoder: createPortableEncoder } }],
    ['zstd', { compress: 'zstd' }],
    ['much gzip', { compress: { format: 'gzip', level: 9 } }],
  ] as const)('are unpacked by skopeo to what they were: %s', async (name, options) => {
    const repository = `compress/${name.replaceAll(' ', '-')}-${run}`
    await pushDockerTar(archive, inject('registryUrl'), repository, 'v1', options)
    const back = join(folder, name)
    const source = `docker://${new URL(inject('registryUrl')).host}/${repository}:v1`
    await skopeo('copy', '--src-tls-verify=false', '--dest-decompress', source, `dir:${back}`)
    const { images, close } = await openArchive(archive)
    const [image] = images
    await close()
    expect(image?.layers).toHaveLength(3)
    for (const { digest } of [...(image?.layers ?? []), ...(image?.config ? [image.config] : [])]) {
      const hex = digest.slice('sha256:'.length)
      expect(
        createHash('sha256')
          .update(readFileSync(join(back, hex)))
          .digest('hex'),
      ).toBe(hex)
    }
  })
})
