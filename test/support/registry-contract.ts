import { describe, expect, it } from 'vitest'
import type * as portable from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'
import { recordingFetch } from './recording-fetch.ts'

/** The functions that talk to a registry, as an entry exports them. */
export type RegistryApi<Input> = Omit<
  typeof portable,
  'pushDockerTar' | 'pushDockerTarWithOriginalTags' | 'pushDockerTarWithAllOriginalTags'
> & {
  pushDockerTar(
    archive: Input,
    registry: portable.RegistryInput,
    repository?: string,
    tag?: string,
    options?: portable.PushArchiveOptions & portable.PlatformChoice,
  ): Promise<portable.Digest>
  pushDockerTarWithOriginalTags(
    archive: Input,
    registry: portable.RegistryInput,
    options?: portable.PushArchiveOptions & portable.PlatformChoice,
  ): Promise<portable.Digest>
  pushDockerTarWithAllOriginalTags(
    archive: Input,
    registry: portable.RegistryInput,
    options?: portable.PushArchiveOptions,
  ): Promise<readonly portable.Digest[]>
}

/** Where the registry is, and by what it is reached. */
export interface RegistryTarget {
  readonly url: string
  readonly fetch?: (request: Request) => Promise<Response>
}

let count = 0
/** A repository that nobody has used: the registry may be a shared one. */
const newRepository = () => `contract/${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${count++}`

/** What the SDK has to do with a registry: the same with every registry, from every entry, on every runtime. */
export function describeRegistry<Input>(
  title: string,
  sdk: RegistryApi<Input>,
  target: () => RegistryTarget,
  toInput: (bytes: Uint8Array<ArrayBuffer>) => Input | Promise<Input>,
): void {
  const open = () => sdk.openRegistry(target().url, { fetch: target().fetch })
  const archive = async (options = {}) => toInput(await createTestArchive(options))
  const names = (...all: string[]) => ({ images: [{ names: all }] })

  describe(title, () => {
    it('checkRegistryConnectivity() gives true', async () => {
      expect(await sdk.checkRegistryConnectivity(open())).toBe(true)
    })

    it('pushDockerTar() pushes an image whose manifest, config and layers come back as they were', async () => {
      const registry = open()
      const repository = newRepository()
      const bytes = await createTestArchive()
      const image = await sdk.inspectDockerTar(bytes)
      const digest = await sdk.pushDockerTar(await toInput(bytes), registry, repository, 'v1.0.0')

      const { manifest, ...descriptor } = await sdk.getManifest(registry, repository, 'v1.0.0')
      expect(descriptor).toMatchObject({ ...image.manifest, digest })
      if (sdk.isIndex(manifest)) return expect.fail('expected an image manifest')
      expect(manifest.config.digest).toBe(image.id)
      expect(manifest.layers.map((layer) => layer.digest)).toEqual(image.configuration.diffIds)
      const config = await target().fetch?.(new Request(`${registry.url}v2/${repository}/blobs/${image.id}`))
      const stored = config ?? (await fetch(`${registry.url}v2/${repository}/blobs/${image.id}`))
      expect((await stored.arrayBuffer()).byteLength).toBe(manifest.config.size)
    })

    it('getImageInfo() tells what the image is', async () => {
      const registry = open()
      const repository = newRepository()
      const digest = await sdk.pushDockerTar(await archive(), registry, repository, 'v1')
      const info = await sdk.getImageInfo(registry, repository, 'v1')
      expect(info).toMatchObject({
        repository,
        reference: 'v1',
        digest,
        os: 'linux',
        architecture: 'amd64',
        layerCount: 2,
      })
      expect(info.configuration?.cmd).toEqual(['/bin/sh'])
      expect(info.totalSize).toBeGreaterThan(2 * 10_240)
      expect(info.platforms).toEqual([])
      expect((await sdk.getImageInfo(registry, repository, digest)).digest).toBe(digest)
    })

    it('pushDockerTar() without a name takes the image its own, or the half of it that is not given', async () => {
      const registry = open()
      const repository = newRepository()
      const input = await archive(names(`localhost:5000/${repository}:v1`))
      const digest = await sdk.pushDockerTar(input, registry)
      expect(await sdk.pushDockerTarWithOriginalTags(input, registry)).toBe(digest)
      await sdk.pushDockerTar(input, registry, undefined, 'v2')
      await sdk.pushDockerTar(input, registry, `${repository}/copy`)
      expect([...(await sdk.listTags(registry, repository))].sort()).toEqual(['v1', 'v2'])
      expect(await sdk.listTags(registry, `${repository}/copy`)).toEqual(['v1'])
      await sdk.pushDockerTar(await archive(names()), registry, repository)
      expect(await sdk.listTags(registry, repository)).toContain('latest')
    })

    it('pushDockerTar() of an image without a name and without a repository is refused', async () => {
      await rejection(sdk.pushDockerTar(await archive(names()), open()), sdk.ValidationError, /pass a repository/)
    })

    it('pushDockerTar() keeps the manifest of an archive that has one, and makes the same one each time of one that has none', async () => {
      const registry = open()
      const repository = newRepository()
      const push = async (layout: string, tag: string) => {
        await sdk.pushDockerTar(await archive({ layout }), registry, repository, tag)
        return sdk.getManifest(registry, repository, tag)
      }
      const own = await push('docker-25', 'own')
      const bytes = await createTestArchive({ layout: 'docker-25' })
      expect(own).toMatchObject((await sdk.inspectDockerTar(bytes)).manifest)
      expect(own.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
      const made = await push('docker-24', 'made')
      expect(made.mediaType).toBe(own.mediaType)
      expect((await push('docker-24', 'again')).digest).toBe(made.digest)
      if (sdk.isIndex(own.manifest) || sdk.isIndex(made.manifest)) return expect.fail('expected image manifests')
      expect(made.manifest.config.digest).toBe(own.manifest.config.digest)
    })

    it('pushDockerTar() in small chunks pushes the same image', async () => {
      const repository = newRepository()
      const recorder = recordingFetch(target().fetch)
      const registry = sdk.openRegistry(target().url, { fetch: recorder.fetch })
      const digest = await sdk.pushDockerTar(await archive(), registry, repository, 'v1', { chunkSize: 3000 })
      expect((await sdk.getManifest(registry, repository, 'v1')).digest).toBe(digest)
      // Two layers of 10 240 bytes: three chunks of 3000 each, the last 1240 bytes in the closing PUT.
      const ranges = recorder.exchanges.map(({ headers }) => headers.get('content-range')).filter(Boolean)
      expect(ranges.sort()).toEqual(
        ['0-2999', '3000-5999', '6000-8999', '9000-10239'].flatMap((range) => [range, range]).sort(),
      )
      expect(recorder.count('PATCH')).toBe(6)
    })

    it('pushDockerTar() a second time sends no blob', async () => {
      const repository = newRepository()
      const input = await archive()
      await sdk.pushDockerTar(input, open(), repository, 'v1')
      const recorder = recordingFetch(target().fetch)
      const states: string[] = []
      await sdk.pushDockerTar(input, sdk.openRegistry(target().url, { fetch: recorder.fetch }), repository, 'v2', {
        onProgress: ({ blobs }) => states.push(...blobs.map(({ state }) => state)),
      })
      expect(new Set(states)).toEqual(new Set(['waiting', 'present']))
      expect([recorder.count('HEAD'), recorder.count('PUT')]).toEqual([3, 1])
      expect(recorder.exchanges).toHaveLength(4)
    })

    it('pushDockerTar() tells its progress, forward only and to the end', async () => {
      const events: portable.PushProgress[] = []
      await sdk.pushDockerTar(await archive(), open(), newRepository(), 'v1', {
        chunkSize: 4096,
        onProgress: (event) => events.push(event),
      })
      const sent = events.map((event) => event.sentBytes)
      expect(sent).toEqual([...sent].sort((a, b) => a - b))
      expect([...new Set(events.map(({ phase }) => phase))]).toEqual(['plan', 'blobs', 'manifests', 'done'])
      expect(events[0]).toMatchObject({ phase: 'plan', sentBytes: 0 })
      const last = events.at(-1)
      expect(last?.sentBytes).toBe(last?.totalBytes)
      expect(last?.blobs.map(({ kind, state, size, sentBytes }) => [kind, state, sentBytes === size])).toEqual([
        ['layer', 'uploaded', true],
        ['layer', 'uploaded', true],
        ['config', 'uploaded', true],
      ])
    })

    it('pushDockerTar() that is paused sends nothing until it is resumed, and then ends whole', async () => {
      const repository = newRepository()
      const recorder = recordingFetch(target().fetch)
      const controller = sdk.createPushController({ maxBytesPerSecond: 1_000_000 })
      const pushing = sdk.pushDockerTar(
        await archive(),
        sdk.openRegistry(target().url, { fetch: recorder.fetch }),
        repository,
        'v1',
        { chunkSize: 1000, controller },
      )
      for await (const { sentBytes } of controller) {
        if (sentBytes <= 3000) continue
        controller.pause()
        break
      }
      await expect.poll(() => recorder.exchanges.every(({ status }) => status !== undefined)).toBe(true)
      const before = recorder.exchanges.length
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(recorder.exchanges).toHaveLength(before)
      controller.resume()
      const digest = await pushing
      expect((await sdk.getManifest(open(), repository, 'v1')).digest).toBe(digest)
      for await (const { phase, sentBytes, totalBytes } of controller) {
        expect([phase, sentBytes]).toEqual(['done', totalBytes])
      }
    })

    it('pushDockerTarWithAllOriginalTags() pushes every image under every name, into every repository', async () => {
      const registry = open()
      const [one, two] = [newRepository(), newRepository()]
      const shared = { 'etc/base': 'shared by both images' }
      const digests = await sdk.pushDockerTarWithAllOriginalTags(
        await archive({
          images: [
            {
              names: [`localhost:5000/${one}:v1`, `${one}:latest`, `registry.example.com/${two}:v1`],
              layers: [shared],
            },
            { names: [`${two}:v2`], layers: [shared, { more: 'of it' }] },
          ],
        }),
        registry,
      )
      expect(digests).toHaveLength(4)
      const found = await Promise.all(
        [
          [one, 'v1'],
          [one, 'latest'],
          [two, 'v1'],
          [two, 'v2'],
        ].map(async ([repository = '', tag = '']) => (await sdk.getImageInfo(registry, repository, tag)).digest),
      )
      expect(found).toEqual(digests)
      expect(new Set(digests).size).toBe(2)
    })

    it('pushDockerTarWithAllOriginalTags() with an image that has no name pushes nothing', async () => {
      const repository = newRepository()
      const input = await archive({ images: [{ names: [`${repository}:v1`] }, { names: [], layers: [{ a: 'a' }] }] })
      await rejection(sdk.pushDockerTarWithAllOriginalTags(input, open()), sdk.ValidationError, /image 1 has none/)
      const error = await rejection(sdk.listTags(open(), repository), sdk.ResponseError)
      expect(error.status).toBe(404)
    })

    it('pushDockerTar() of several images pushes the one that is chosen, and none unasked', async () => {
      const registry = open()
      const repository = newRepository()
      const input = await archive({ images: [{ names: ['a:v1'] }, { names: ['b:v1'], layers: [{ b: 'b' }] }] })
      await rejection(sdk.pushDockerTar(input, registry, repository, 'v1'), sdk.ValidationError, /0: a:v1 .*; 1: b:v1 /)
      await sdk.pushDockerTar(input, registry, repository, 'v1', { image: 'b:v1' })
      expect((await sdk.getImageInfo(registry, repository, 'v1')).layerCount).toBe(1)
    })

    it('pushDockerTar() of an image that is chosen by a name takes that name', async () => {
      const registry = open()
      const repository = newRepository()
      const input = await archive(names(`${repository}:one`, `localhost:5000/${repository}/other:two`))
      await sdk.pushDockerTar(input, registry, undefined, undefined, { image: `${repository}/other:two` })
      expect(await sdk.listTags(registry, `${repository}/other`)).toEqual(['two'])
      await rejection(sdk.listTags(registry, repository), sdk.ResponseError)
    })

    it('listRepositories() and listTags() find what was pushed', async () => {
      const registry = open()
      const repository = newRepository()
      for (const tag of ['b', 'a', 'c']) await sdk.pushDockerTar(await archive(), registry, repository, tag)
      expect(await sdk.listRepositories(registry)).toContain(repository)
      expect([...(await sdk.listTags(registry, repository))].sort()).toEqual(['a', 'b', 'c'])
    })

    it('getManifest() of an unknown tag is a ResponseError with what the registry says', async () => {
      const registry = open()
      const repository = newRepository()
      await sdk.pushDockerTar(await archive(), registry, repository, 'v1')
      const error = await rejection(sdk.getManifest(registry, repository, 'v9'), sdk.ResponseError, /v9.*404/)
      expect(error).toMatchObject({ method: 'GET', status: 404, errors: [{ code: 'MANIFEST_UNKNOWN' }] })
    })

    it('retagImage() moves a tag without a layer, and setTags() moves it back', async () => {
      const repository = newRepository()
      const one = await sdk.pushDockerTar(await archive(), open(), repository, 'v1')
      const other = await archive({ images: [{ layers: [{ x: 'x' }] }] })
      const two = await sdk.pushDockerTar(other, open(), repository, 'v2', { tags: ['latest'] })
      const before = await sdk.getManifest(open(), repository, 'v1')
      const recorder = recordingFetch(target().fetch)
      const registry = sdk.openRegistry(target().url, { fetch: recorder.fetch })

      const retagged = await sdk.retagImage(registry, repository, 'v1', ['latest', 'stable', 'v1'])
      expect(retagged).toEqual({
        digest: one,
        tags: [
          { tag: 'latest', previous: two, outcome: 'set' },
          { tag: 'stable', outcome: 'set' },
          { tag: 'v1', previous: one, outcome: 'present' },
        ],
      })
      expect(recorder.exchanges.filter(({ url }) => url.pathname.includes('/blobs/'))).toEqual([])
      expect((await sdk.getManifest(open(), repository, 'latest')).bytes).toEqual(before.bytes)
      const undone = await sdk.setTags(registry, repository, two, ['latest'], { expected: one })
      expect(undone).toEqual([{ tag: 'latest', previous: one, outcome: 'set' }])
      expect((await sdk.getManifest(open(), repository, 'latest')).digest).toBe(two)
      expect([...(await sdk.listTags(open(), repository))].sort()).toEqual(['latest', 'stable', 'v1', 'v2'])
    })

    it('setTags() of a digest that is not there is a ResponseError with a remedy', async () => {
      const repository = newRepository()
      await sdk.pushDockerTar(await archive(), open(), repository, 'v1')
      const setting = sdk.setTags(open(), repository, `sha256:${'0'.repeat(64)}`, ['v2'])
      const error = await rejection(setting, sdk.ResponseError, /does not have the manifest to tag; check the digest/)
      expect(error.code).toBe('NOT_FOUND')
      expect(await sdk.listTags(open(), repository)).toEqual(['v1'])
    })

    it('deleteImage() deletes one tag alone, or names those that would go too', async () => {
      const registry = open()
      const repository = newRepository()
      for (const tag of ['v1', 'v2']) await sdk.pushDockerTar(await archive(), registry, repository, tag)
      const outcome = await sdk.deleteImage(registry, repository, 'v1').catch((error: unknown) => error)
      if (outcome === true) {
        expect(await sdk.listTags(registry, repository)).toEqual(['v2'])
      } else {
        expect(outcome).toBeInstanceOf(sdk.ValidationError)
        expect(String(outcome)).toMatch(/"v2" would be deleted too.*deleteSharedManifest/)
        expect([...(await sdk.listTags(registry, repository))].sort()).toEqual(['v1', 'v2'])
        expect(await sdk.deleteImage(registry, repository, 'v1', { deleteSharedManifest: true })).toBe(true)
        await rejection(sdk.getManifest(registry, repository, 'v2'), sdk.ResponseError)
      }
      await rejection(sdk.getManifest(registry, repository, 'v1'), sdk.ResponseError)
      expect(await sdk.deleteImage(registry, repository, 'v1')).toBe(false)
    })

    it('deleteImage() of the only tag needs no leave', async () => {
      const registry = open()
      const repository = newRepository()
      await sdk.pushDockerTar(await archive(), registry, repository, 'v1')
      await sdk.pushDockerTar(await archive({ images: [{ layers: [{ x: 'x' }] }] }), registry, repository, 'other')
      expect(await sdk.deleteImage(registry, repository, 'v1')).toBe(true)
      await rejection(sdk.getManifest(registry, repository, 'v1'), sdk.ResponseError)
      expect((await sdk.getManifest(registry, repository, 'other')).size).toBeGreaterThan(0)
    })

    it('deleteTags() deletes by rules, and undoDelete() puts it back', async () => {
      const [registry, repository] = [open(), newRepository()]
      const digests: portable.Digest[] = []
      for (const version of ['v1', 'v2', 'v10']) {
        const input = await archive({ images: [{ names: [], layers: [{ version }] }] })
        digests.push(await sdk.pushDockerTar(input, registry, repository, version))
      }
      const rules = { keepNewest: 1, by: 'version' } as const
      const { deleted, skipped, failed, undo } = await sdk.deleteTags(registry, repository, rules)
      expect([deleted.map(({ digest }) => digest).sort(), skipped, failed]).toEqual([
        digests.slice(0, 2).sort(),
        [],
        [],
      ])
      expect(await sdk.listTags(registry, repository)).toEqual(['v10'])
      await sdk.undoDelete(JSON.parse(JSON.stringify(undo)), registry)
      expect([...(await sdk.listTags(registry, repository))].sort()).toEqual(['v1', 'v10', 'v2'])
      for (const [index, tag] of ['v1', 'v2', 'v10'].entries()) {
        expect((await sdk.getImageInfo(registry, repository, tag)).digest).toBe(digests[index])
      }
    })

    it('deleteImageByDigest() deletes a manifest once', async () => {
      const registry = open()
      const repository = newRepository()
      const digest = await sdk.pushDockerTar(await archive(), registry, repository, 'v1')
      expect(await sdk.deleteImageByDigest(registry, repository, digest)).toBe(true)
      expect(await sdk.deleteImageByDigest(registry, repository, digest)).toBe(false)
      await rejection(sdk.deleteImageByDigest(registry, repository, 'v1'), sdk.ValidationError)
    })

    it('pushDockerTar() that is aborted rejects with the reason, cancels its uploads and sets no tag', async () => {
      const repository = newRepository()
      const controller = new AbortController()
      const reason = new Error('enough')
      const recorder = recordingFetch(target().fetch)
      const pushing = sdk.pushDockerTar(
        await archive(),
        sdk.openRegistry(target().url, { fetch: recorder.fetch }),
        repository,
        'v1',
        {
          chunkSize: 1000,
          signal: controller.signal,
          onProgress: ({ sentBytes }) => sentBytes > 3000 && controller.abort(reason),
        },
      )
      await expect(pushing).rejects.toBe(reason)
      const opened = recorder.exchanges.filter(({ method, status }) => method === 'POST' && status === 202).length
      const closed = recorder.exchanges.filter(({ method, status }) => method === 'PUT' && status === 201).length
      expect(opened).toBeGreaterThan(closed)
      expect(recorder.count('DELETE')).toBe(opened - closed)
      await rejection(sdk.getManifest(open(), repository, 'v1'), sdk.ResponseError, /404/)
    })

    it('pushDockerTar() of damaged bytes is a DigestMismatchError before anything is closed or tagged', async () => {
      const repository = newRepository()
      const bytes = await createTestArchive()
      // In the first layer's data: past its entry's header, the file's header and the file's first bytes.
      bytes[512 + 512 + 5] = (bytes[512 + 512 + 5] as number) ^ 1
      const recorder = recordingFetch(target().fetch)
      const registry = sdk.openRegistry(target().url, { fetch: recorder.fetch })
      const error = await rejection(
        sdk.pushDockerTar(await toInput(bytes), registry, repository, 'v1'),
        sdk.DigestMismatchError,
      )
      expect(error.expected).not.toBe(error.actual)
      expect(recorder.exchanges.filter(({ url }) => url.search.includes(encodeURIComponent(error.expected)))).toEqual(
        [],
      )
      expect(recorder.count('DELETE')).toBeGreaterThan(0)
      await rejection(sdk.getManifest(open(), repository, 'v1'), sdk.ResponseError, /404/)
    })
  })
}
