import { describe, expect, it } from 'vitest'
import { type OpenProgress, openArchive, type ValidateOptions, validateDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { blobPath, createLayout } from './layout.ts'
import { gzip, zstd } from './packing.ts'
import { PRODUCERS } from './producers.ts'
import { concat, rawTar } from './tar.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'

const noise = Uint8Array.from({ length: 200_000 }, (_, index) => (index * index * 7919) >> 7)
const layerTar = rawTar([{ name: 'noise', data: noise }])

/** A layout of an image with one layer, and the path of that layer. */
async function imageOf(layer: Uint8Array, mediaType = LAYER, plain = layerTar) {
  const layout = createLayout()
  const { digest: diffId } = await createLayout().add('', plain)
  const rootfs = { type: 'layers', diff_ids: [diffId] }
  const config = await layout.add(CONFIG, { os: 'linux', architecture: 'amd64', rootfs })
  const descriptor = await layout.add(mediaType, layer)
  layout.list({
    ...(await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [descriptor] })),
  })
  return { layout, path: blobPath(descriptor.digest), digest: descriptor.digest }
}

/** What it says, and why. */
async function verdict(archive: Parameters<typeof validateDockerTar>[0], options: ValidateOptions = {}) {
  const reasons: string[] = []
  const isValid = await validateDockerTar(archive, { verify: true, ...options, onWarning: (why) => reasons.push(why) })
  return [isValid, ...reasons]
}

const damaged = (bytes: Uint8Array) => bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 1 : byte))

const PACKINGS: Readonly<Record<string, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  '': async (bytes) => bytes,
  '+gzip': gzip,
  '+zstd': async (bytes) => zstd(bytes),
}

/** Every byte of an archive is read, and is what digests and diff IDs say. */
export function describeVerifying(): void {
  describe('validateDockerTar() with { verify }', () => {
    for (const { producer, versions, make } of PRODUCERS) {
      it(`says yes to what ${producer} writes (${versions})`, async () => {
        const events: OpenProgress[] = []
        const archive = await openArchive(await make())
        const [isValid] = await verdict(archive, { onOpenProgress: (event) => events.push(event) })
        expect(isValid).toBe(true)
        expect(events.at(-1)?.doneBytes).toBe(events.at(-1)?.totalBytes)
        await archive.close()
      })
    }

    for (const [packing, pack] of Object.entries(PACKINGS)) {
      it(`finds a damaged byte in a layer, which nothing else finds (${packing || 'plain'})`, async () => {
        const { layout, path, digest } = await imageOf(await pack(layerTar), LAYER + packing)
        expect(await verdict(layout.tar())).toEqual([true])
        layout.files.set(path, damaged(layout.files.get(path) as Uint8Array))
        expect(await validateDockerTar(layout.tar())).toBe(true)
        const [isValid, reason] = await verdict(layout.tar())
        expect(isValid).toBe(false)
        expect(reason).toMatch(`Cannot trust ${digest}: it should be ${digest}, but its bytes are sha256:`)
      })
    }

    it('finds a compressed layer that is not the one of its diff ID', async () => {
      for (const pack of [gzip, zstd]) {
        const packed = await pack(damaged(layerTar))
        const { layout, digest } = await imageOf(packed, `${LAYER}+${pack === gzip ? 'gzip' : 'zstd'}`)
        expect(await validateDockerTar(layout.tar())).toBe(true)
        const [isValid, reason] = await verdict(layout.tar())
        expect(isValid).toBe(false)
        expect(reason).toMatch(`Cannot trust ${digest}, unpacked: it should be sha256:`)
      }
    })

    it('finds a compressed layer that does not unpack to its end', async () => {
      const packed = await gzip(layerTar)
      const { layout } = await imageOf(packed.slice(0, packed.length - 5000), `${LAYER}+gzip`)
      expect((await verdict(layout.tar()))[0]).toBe(false)
    })

    it('unpacks layers of many gzip members, as eStargz has them', async () => {
      const members = []
      for (let start = 0; start < layerTar.length; start += 30_000) {
        members.push(await gzip(layerTar.slice(start, start + 30_000)))
      }
      const { layout } = await imageOf(concat(members), `${LAYER}+gzip`)
      expect(await verdict(layout.tar())).toEqual([true])
      const fewer = await imageOf(concat(members.slice(0, -1)), `${LAYER}+gzip`)
      expect((await verdict(fewer.layout.tar()))[0]).toBe(false)
    })

    it('finds damaged blobs of artifacts', async () => {
      const layout = createLayout()
      const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
      const blob = await layout.add('text/plain', 'a list of what is in it')
      const manifest = { schemaVersion: 2, mediaType: MANIFEST, artifactType: 'text/plain', config, layers: [blob] }
      layout.list({ ...(await layout.add(MANIFEST, manifest)) })
      expect(await verdict(layout.tar())).toEqual([true])
      layout.files.set(blobPath(blob.digest), 'A list of what is in it')
      expect((await verdict(layout.tar()))[0]).toBe(false)
    })

    it('tells how far it is, each file once', async () => {
      const archive = await openArchive(
        await createTestArchive({ images: [{ names: ['a:v1'] }, { names: ['a:v2'], architecture: 'arm64' }] }),
      )
      const events: OpenProgress[] = []
      expect(await verdict(archive, { onOpenProgress: (event) => events.push(event) })).toEqual([true])
      const sizes = new Map(
        archive.images.flatMap(({ layers, config }) =>
          [...layers, ...(config ? [config] : [])].map(({ digest, size }) => [digest, size] as const),
        ),
      )
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
      expect(new Set(events.map(({ phase, totalBytes }) => `${phase} ${totalBytes}`))).toEqual(
        new Set([`verify ${total}`]),
      )
      const done = events.map(({ doneBytes }) => doneBytes)
      expect(done).toEqual([...done].sort((one, other) => one - other))
      expect(done.at(-1)).toBe(total)
      // Again as often as it is asked for.
      expect(await verdict(archive)).toEqual([true])
    })

    it('counts a compressed layer twice: it is read again to be unpacked', async () => {
      const packed = await gzip(layerTar)
      const { layout } = await imageOf(packed, `${LAYER}+gzip`)
      const events: OpenProgress[] = []
      await verdict(layout.tar(), { onOpenProgress: (event) => events.push(event) })
      const last = events.at(-1)
      expect(last?.doneBytes).toBe(last?.totalBytes)
      expect(last?.totalBytes).toBeGreaterThan(2 * packed.length)
    })

    it('ends with the reason of an abort', async () => {
      for (const packing of ['', '+gzip']) {
        const { layout } = await imageOf(await (PACKINGS[packing] ?? gzip)(layerTar), LAYER + packing)
        const reason = new Error('enough')
        const controller = new AbortController()
        const onOpenProgress = () => controller.abort(reason)
        const validating = validateDockerTar(layout.tar(), { verify: true, signal: controller.signal, onOpenProgress })
        await expect(validating).rejects.toBe(reason)
      }
    })

    it('keeps to the limits of unpacking, and says which', async () => {
      const zeros = rawTar([{ name: 'zeros', data: new Uint8Array(70 * 2 ** 20) }])
      const { layout } = await imageOf(await gzip(zeros), `${LAYER}+gzip`, zeros)
      const [isValid, reason] = await verdict(layout.tar())
      expect([isValid, reason]).toEqual([false, expect.stringMatching(/unpacks to more than 200 bytes; .*unpackRatio/)])
      expect(await verdict(layout.tar(), { limits: { unpackRatio: 2000 } })).toEqual([true])
    })
  })

  describe('validateDockerTar()', () => {
    it('tells onWarning why it says no', async () => {
      const text = new TextEncoder().encode('no archive')
      expect(await verdict(text, { verify: false })).toEqual([false, expect.stringMatching(/it is a text file/)])
    })
  })
}
