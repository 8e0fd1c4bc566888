import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getManifest, isIndex, listTags, openRegistry, pushDockerTar, RegistryError } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import type { Distribution } from '../support/distribution.ts'
import { type ConnectionFault, serveFaultProxy } from '../support/fault-proxy.ts'
import { bringPeer } from '../support/peers.ts'
import { createRandom } from '../support/random.ts'
import { ALL, describeReal, type RealRegistry } from '../support/real-registries.ts'

// A push through a network that resets connections at any byte, into a real registry: whole, or an error and no tag.

const SCHEDULES: Readonly<Record<RealRegistry['profile'], number>> = {
  'distribution-2': 200,
  'distribution-3': 100,
  zot: 100,
}
const CHUNK = 60_000

/** What becomes of connections, by a seed: of the first ones every other goes wrong, later ones do not. */
function scheduleOf(seed: number): (connection: number) => ConnectionFault {
  const random = createRandom(seed)
  const faults = Array.from({ length: 4 + Math.floor(random() * 20) }, (): ConnectionFault => {
    const kind = random()
    const place = Math.floor(random() ** 2 * 250_000)
    if (kind < 0.35) return { resetAfterSent: place }
    if (kind < 0.5) return { resetAfterAnswered: Math.floor(random() * 1500) }
    return kind < 0.6 ? { delay: Math.floor(random() * 20), resetAfterSent: place } : {}
  })
  return (connection) => faults[connection] ?? {}
}

describeReal('pushDockerTar() to {} through a network that breaks', ALL, ({ profile, title, start }) => {
  const schedules = SCHEDULES[profile]
  let registry: Distribution
  beforeAll(async () => {
    registry = await start()
  })
  afterAll(() => registry?.stop())

  it(`ends whole or with an error and no tag, in ${schedules} schedules of faults`, { timeout: 600_000 }, async () => {
    const outcomes = { whole: 0, error: 0, resets: 0 }
    for (let seed = 1; seed <= schedules; seed++) {
      const proxy = await serveFaultProxy(registry.url, scheduleOf(seed))
      const repository = `faults/${seed}`
      const noise = createHash('sha512').update(String(seed)).digest('hex')
      const layers = [0, 1, 2].map((layer) => ({ file: `${layer}${noise}`.repeat(1200 + 700 * layer) }))
      const archive = await createTestArchive({ images: [{ layers }] })
      const place = `seed ${seed}`
      try {
        const handle = openRegistry(proxy.url, { retry: 5, retryDelay: 2 })
        const digest = await pushDockerTar(archive, handle, repository, 'v1', { chunkSize: CHUNK, uploadRetryDelay: 2 })
        outcomes.whole++
        await verifyImage(registry.url, repository, digest, place)
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error
        outcomes.error++
        const tags = await listTags(registry.url, repository).catch(() => [])
        expect(tags, `${place}: ${error.message}`).toEqual([])
      }
      outcomes.resets += proxy.resets
      await proxy.close()
    }
    process.stdout.write(`${title}, ${schedules} schedules: ${JSON.stringify(outcomes)}\n`)
    expect(outcomes.whole).toBeGreaterThan(schedules * 0.6)
    expect(outcomes.resets).toBeGreaterThan(schedules)
  })

  it('leaves an image that skopeo can read', async () => {
    const proxy = await serveFaultProxy(registry.url, scheduleOf(7))
    const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(300_000) }] }] })
    await pushDockerTar(archive, openRegistry(proxy.url, { retry: 5, retryDelay: 2 }), 'faults/skopeo', 'v1', {
      chunkSize: CHUNK,
      uploadRetryDelay: 2,
    })
    await proxy.close()
    const inspect = bringPeer('skopeo')
    const image = `docker://${new URL(registry.url).host}/faults/skopeo:v1`
    expect(JSON.parse(await inspect('inspect', '--tls-verify=false', image)).Layers).toHaveLength(1)
  })
})

/** All that the manifest names is there, and is what it should be. */
async function verifyImage(registry: string, repository: string, digest: string, place: string): Promise<void> {
  const { manifest, ...root } = await getManifest(registry, repository, 'v1')
  expect(root.digest, place).toBe(digest)
  if (isIndex(manifest)) return expect.fail(place)
  for (const blob of [manifest.config, ...manifest.layers]) {
    const bytes = await (await fetch(`${registry}/v2/${repository}/blobs/${blob.digest}`)).arrayBuffer()
    const actual = createHash('sha256').update(new Uint8Array(bytes)).digest('hex')
    expect([`sha256:${actual}`, bytes.byteLength], place).toEqual([blob.digest, blob.size])
  }
}
