import { describe, expect, it } from 'vitest'
import * as portable from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import type { ArchiveApi } from './archive-contract.ts'
import { blobPath, createLayout } from './layout.ts'
import { gzip, zip, zstd } from './packing.ts'
import { PRODUCERS } from './producers.ts'

/** The functions that read archives and push them, as an entry exports them. */
export type FormatsApi<Input> = ArchiveApi<Input> & {
  openArchive(archive: Input | portable.StreamInput, options?: portable.ReadOptions): Promise<portable.Archive>
  pushDockerTar(
    archive: Input | portable.Archive,
    registry: portable.RegistryInput,
    repository?: string,
    tag?: string,
    options?: portable.PushArchiveOptions & portable.PlatformChoice,
  ): Promise<portable.Digest>
}

const PACKINGS: Readonly<
  Record<string, (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>>
> = {
  gzip,
  zstd,
  'a zip, stored': (bytes) => zip({ 'image.tar': bytes }, { stored: true }),
  'a zip, deflated': (bytes) => zip({ 'image.tar': bytes }),
  'a zip in which it lies packed with gzip': async (bytes) =>
    zip({ 'image.tar.gz': await gzip(bytes) }, { stored: true }),
}
const IN_PLACE = 'a zip, stored'

/** What is in an archive, in the words of the list of producers. */
export function summary({ images }: portable.Archive) {
  return images.map((image) => [
    image.names,
    image.tags,
    portable.runnableImages(image).map(({ platform }) => portable.formatPlatform(platform)),
  ])
}

/** Whatever producers write, however it is packed and given: the same on every runtime and from every entry. */
export function describeFormats<Input>(
  title: string,
  sdk: FormatsApi<Input>,
  toInput: (bytes: Uint8Array<ArrayBuffer>) => Input | Promise<Input>,
): void {
  describe(title, () => {
    for (const { producer, versions, format, images, make } of PRODUCERS) {
      it(`openArchive() reads in place what ${producer} writes (${versions})`, async () => {
        const spooled: portable.OpenProgress[] = []
        const onOpenProgress = (progress: portable.OpenProgress) => progress.phase === 'spool' && spooled.push(progress)
        const archive = await sdk.openArchive(await toInput(await make()), { onOpenProgress })
        expect(archive.format).toBe(format)
        expect(summary(archive)).toEqual(images)
        expect(archive.warnings).toEqual([])
        expect(spooled).toEqual([])
        await archive.close()
      })

      it(`pushDockerTar() pushes it to the byte (${producer}, ${versions})`, async () => {
        const embedded = createTestRegistry()
        const registry = portable.openRegistry('https://registry.test', { fetch: embedded.fetch })
        const archive = await sdk.openArchive(await toInput(await make()))
        for (const [position, image] of archive.images.entries()) {
          const digest = await sdk.pushDockerTar(archive, registry, `team/${position}`, 'v1', { image: position })
          expect(digest).toBe(image.manifest.digest)
          await expectPushed(registry, `team/${position}`, image)
        }
        await archive.close()
      })
    }

    it('openArchive() spools a response and a stream, which ends with an abort', async () => {
      const layout = createLayout()
      layout.list({ ...(await layout.addImage()) })
      for (const input of [new Response(layout.tar()), new Blob([await gzip(layout.tar())]).stream()]) {
        const archive = await sdk.openArchive(input)
        expect(summary(archive)).toEqual([[[], [], ['linux/amd64']]])
        const [layer] = archive.images[0]?.layers ?? []
        expect((await layer?.source?.read(0, 512))?.length).toBe(512)
        await archive.close()
      }
      const reason = new Error('enough')
      const controller = new AbortController()
      setTimeout(() => controller.abort(reason), 20)
      const silent = new ReadableStream<Uint8Array>()
      await expect(sdk.openArchive(silent, { signal: controller.signal })).rejects.toBe(reason)
    })

    for (const [packing, pack] of Object.entries(PACKINGS)) {
      it(`openArchive() takes off ${packing}`, async () => {
        const layout = createLayout()
        layout.list({ ...(await layout.addImage({ text: 'x'.repeat(300_000) })) })
        const spooled: number[] = []
        const archive = await sdk.openArchive(await toInput(await pack(layout.tar())), {
          onOpenProgress: ({ doneBytes }) => spooled.push(doneBytes),
        })
        expect(summary(archive)).toEqual([[[], [], ['linux/amd64']]])
        expect(spooled.at(-1)).toBe(packing === IN_PLACE ? undefined : layout.tar().length)
        await archive.close()
      })
    }
  })
}

/** Everything under an image is in the repository, to the byte. */
export async function expectPushed(
  registry: portable.Registry,
  repository: string,
  image: portable.Image,
): Promise<void> {
  for (const child of image.children) await expectPushed(registry, repository, child)
  const bytes = await image.manifest.source.read(0, image.manifest.size)
  const stored = await portable.getManifest(registry, repository, image.manifest.digest)
  expect(stored.bytes).toEqual(bytes)
  expect(stored.mediaType).toBe(image.manifest.mediaType)
  for (const { digest, size, source } of [...image.layers, ...(image.config ? [image.config] : [])]) {
    const url = `v2/${repository}/blobs/${digest}`
    const answer = await registry.send({ act: `look for ${blobPath(digest)}`, method: 'HEAD', url, allow: [404] })
    expect(answer.status).toBe(source ? 200 : 404)
    if (source) expect(answer.headers.get('content-length')).toBe(String(size))
  }
}
