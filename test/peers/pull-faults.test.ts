import { createHash } from 'node:crypto'
import { parseTar } from 'nanotar'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyImage, openImage, openRegistry, pushDockerTar, RegistryError, writeArchive } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import type { Distribution } from '../support/distribution.ts'
import { type ConnectionFault, serveFaultProxy } from '../support/fault-proxy.ts'
import { createRandom } from '../support/random.ts'
import { ALL, describeReal } from '../support/real-registries.ts'
import { countReceivedBytes } from '../support/received-bytes.ts'
import { expectWholeTar } from '../support/whole-tar.ts'

// Pulls from real registries through a network that resets connections at any byte: whole, or an error.

const SCHEDULES = 40
const AT_ONCE = 8
const LAYERS = [3_000_000, 1_500_000, 400_000]

/** The faults of connections, by a seed: two of three of the first ones break while they answer. */
function scheduleOf(seed: number): (connection: number) => ConnectionFault {
  const random = createRandom(seed)
  const faults = Array.from({ length: 2 + Math.floor(random() * 8) }, (): ConnectionFault => {
    const place = Math.floor(random() ** 2 * 3_000_000)
    return random() < 0.7 ? { resetAfterAnswered: place, delay: Math.floor(random() * 10) } : {}
  })
  return (connection) => faults[connection] ?? {}
}

describeReal('an image that is read from {} through a network that breaks', ALL, ({ title, start }) => {
  let registry: Distribution
  let tar: Buffer
  beforeAll(async () => {
    registry = await start()
    const layers = LAYERS.map((size) => ({ file: noise(size) }))
    await pushDockerTar(await createTestArchive({ images: [{ layers }] }), registry.url, 'faults/pull', 'v1')
    tar = await pull(registry.url)
  })
  afterAll(() => registry?.stop())

  /** Reads it through a proxy by each schedule, and counts how that ends. */
  async function runSchedules(act: string, read: (url: string, seed: number) => Promise<void>): Promise<void> {
    const received = countReceivedBytes()
    const outcomes = { whole: 0, error: 0, resets: 0, neededBytes: 0, receivedBytes: 0 }
    const run = async (seed: number) => {
      const proxy = await serveFaultProxy(registry.url, scheduleOf(seed))
      try {
        await read(proxy.url, seed)
        outcomes.whole++
        outcomes.neededBytes += tar.length
        outcomes.receivedBytes += received.from(proxy.url)
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error
        outcomes.error++
      }
      outcomes.resets += proxy.resets
      await proxy.close()
    }
    for (let first = 1; first <= SCHEDULES; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => run(first + index)))
    }
    received.stop()
    process.stdout.write(`${title}, ${SCHEDULES} schedules of ${act}: ${JSON.stringify(outcomes)}\n`)
    expect(outcomes.whole).toBeGreaterThan(SCHEDULES * 0.9)
    expect(outcomes.resets).toBeGreaterThan(SCHEDULES)
    expect(outcomes.receivedBytes).toBeLessThan(outcomes.neededBytes * 1.1)
  }

  it(`is pulled whole in ${SCHEDULES} schedules, and goes on where it broke off`, { timeout: 300_000 }, () =>
    runSchedules('a pull', async (url, seed) => {
      const pulled = await pull(url)
      expectWholeTar(pulled)
      expect(pulled.length, `seed ${seed}`).toBe(tar.length)
    }),
  )

  it(`is copied whole in ${SCHEDULES} schedules, and goes on where it broke off`, { timeout: 300_000 }, () =>
    runSchedules('a copy', async (url, seed) => {
      const source = openRegistry(url, { retry: 5, retryDelay: 2 })
      const repository = `faults/copy-${seed}`
      const from = { registry: source, repository: 'faults/pull', reference: 'v1' }
      await copyImage(from, { registry: registry.url, repository })
      const copied = await pull(registry.url, repository)
      expectWholeTar(copied)
      expect(layersOf(copied), `seed ${seed}`).toEqual(layersOf(tar))
    }),
  )
})

async function pull(url: string, repository = 'faults/pull'): Promise<Buffer> {
  const registry = openRegistry(url, { retry: 5, retryDelay: 2 })
  const image = await openImage(registry, repository, 'v1')
  await using archive = await writeArchive([image])
  return Buffer.from(await new Response(archive.stream()).arrayBuffer())
}

/** The paths of the layers that the `manifest.json` of a tar names. */
function layersOf(tar: Buffer): readonly string[] {
  const file = parseTar(tar).find(({ name }) => name === 'manifest.json')
  return JSON.parse(new TextDecoder().decode(file?.data))[0].Layers
}

/** Text that does not get smaller by compression. */
function noise(length: number): string {
  const parts = Array.from({ length: Math.ceil(length / 88) }, (_, part) =>
    createHash('sha512').update(`${length} ${part}`).digest('base64'),
  )
  return parts.join('').slice(0, length)
}
