import { describe, expect, it } from 'vitest'
import type * as portable from '../../src/index.ts'
import type { SourceInput } from '../../src/index.ts'
import { createTestArchive, type TestArchiveOptions } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'

/** The functions that read archives, as an entry exports them. */
export type ArchiveApi<Input> = Pick<typeof portable, 'TarReadError' | 'ValidationError'> & {
  openArchive(archive: Input, options?: portable.ReadOptions): Promise<portable.Archive>
  inspectDockerTar(
    archive: Input,
    options?: portable.ReadOptions & portable.PlatformChoice,
  ): Promise<portable.ImageInspect>
  getTarManifest(archive: Input): Promise<readonly portable.TarManifestEntry[]>
  validateDockerTar(archive: Input): Promise<boolean>
  extractOriginalTags(archive: Input): Promise<readonly string[]>
  getPrimaryTag(archive: Input, options?: portable.ImageChoice): Promise<portable.RepositoryTag | undefined>
}

/** What stands for a name in archives, but is none to push by. */
export const NO_NAMES = [
  '<none>:<none>',
  `sha256:${'e6'.repeat(32)}`,
  'e6'.repeat(32),
  `team/app@sha256:${'e6'.repeat(32)}`,
  `team/app:v1@sha256:${'e6'.repeat(32)}`,
  `import-2024-01-01@sha256:${'e6'.repeat(32)}`,
  `docker.io/library/sha256:${'e6'.repeat(32)}`,
  `docker.io/library/${'e6'.repeat(32)}:latest`,
  `sha512:${'e6'.repeat(64)}`,
  'team/app:<none>',
  'Team/App:v1',
  '',
]

const NAMES = ['localhost:5000/team/app:v1', 'docker.io/library/nginx:alpine']
const TWO_IMAGES = {
  images: [{ names: ['team/app:v1'] }, { names: ['localhost:5000/other:v2'], layers: [{ a: 'a' }] }],
}

/** What reading an archive has to do, on every runtime, from every entry and every kind of source. */
export function describeArchiveReading<Input>(
  title: string,
  sdk: ArchiveApi<Input>,
  toInput: (bytes: Uint8Array<ArrayBuffer>) => Input | Promise<Input>,
): void {
  const archive = async (options: TestArchiveOptions) => toInput(await createTestArchive(options))

  describe(title, () => {
    for (const layout of ['docker-25', 'docker-24'] as const) {
      it(`inspectDockerTar() tells names, config and layers (${layout})`, async () => {
        const input = await archive({ layout, images: [{ names: NAMES, architecture: 'arm64' }] })
        const image = await sdk.inspectDockerTar(input)
        expect(image).toMatchObject({ repoTags: NAMES, architecture: 'arm64', os: 'linux', size: 2 * 10_240 })
        expect(image.id).toMatch(/^sha256:[0-9a-f]{64}$/)
        expect(image.configuration).toMatchObject({
          cmd: ['/bin/sh'],
          workingDir: '/app',
          env: [expect.stringContaining('PATH=')],
        })
        expect(image.configuration.labels['org.opencontainers.image.title']).toBe(NAMES[0])
        expect(image.layers).toHaveLength(2)
        for (const [position, layer] of image.layers.entries()) {
          expect(layer).toMatchObject({
            digest: image.configuration.diffIds[position],
            diffId: image.configuration.diffIds[position],
            size: 10_240,
            mediaType: 'application/vnd.oci.image.layer.v1.tar',
            createdBy: `COPY layer-${position} /`,
          })
        }
      })

      it(`getTarManifest() gives manifest.json (${layout})`, async () => {
        const [entry] = await sdk.getTarManifest(await archive({ layout, images: [{ names: NAMES }] }))
        expect(entry?.RepoTags).toEqual(NAMES)
        expect(entry?.Layers).toHaveLength(2)
        expect(entry?.Config).toMatch(/^(blobs\/sha256\/)?[0-9a-f]{64}(\.json)?$/)
      })

      it(`validateDockerTar() says yes to a whole archive (${layout})`, async () => {
        expect(await sdk.validateDockerTar(await archive({ layout, ...TWO_IMAGES }))).toBe(true)
      })
    }

    it('validateDockerTar() says no to what is no archive, or no longer one', async () => {
      const whole = await createTestArchive()
      expect(await sdk.validateDockerTar(await toInput(new Uint8Array(0)))).toBe(false)
      expect(await sdk.validateDockerTar(await toInput(new TextEncoder().encode('<html>'.repeat(200))))).toBe(false)
      expect(await sdk.validateDockerTar(await toInput(whole.slice(0, 20_000)))).toBe(false)
    })

    it('extractOriginalTags() lists the names of all images as they stand there', async () => {
      expect(await sdk.extractOriginalTags(await archive({ images: [{ names: NAMES }, { names: [] }] }))).toEqual(NAMES)
    })

    it('getPrimaryTag() drops the registry and keeps the path', async () => {
      const primary = async (names: string[]) => sdk.getPrimaryTag(await archive({ images: [{ names }] }))
      expect(await primary(['localhost:5000/team/app:v1', 'other:v2'])).toEqual({ repository: 'team/app', tag: 'v1' })
      expect(await primary(['docker.io/library/nginx:alpine'])).toEqual({ repository: 'nginx', tag: 'alpine' })
      expect(await primary([])).toBeUndefined()
    })

    it('extractOriginalTags() and getPrimaryTag() leave out digests, IDs and <none>:<none>', async () => {
      const names = [...NO_NAMES, 'localhost:5000/team/app:v1']
      const input = await archive({ images: [{ names }, { names: NO_NAMES, layers: [{ a: 'a' }] }] })
      expect(await sdk.extractOriginalTags(input)).toEqual(['localhost:5000/team/app:v1'])
      expect(await sdk.getPrimaryTag(input, { image: 0 })).toEqual({ repository: 'team/app', tag: 'v1' })
      expect(await sdk.getPrimaryTag(input, { image: 1 })).toBeUndefined()
    })

    it('inspectDockerTar() of several images asks for a choice and lists them', async () => {
      const input = await archive(TWO_IMAGES)
      const error = await rejection(sdk.inspectDockerTar(input), sdk.ValidationError)
      expect(error.message).toContain('0: team/app:v1 linux/amd64; 1: localhost:5000/other:v2 linux/amd64')
      expect((await sdk.inspectDockerTar(input, { image: 1 })).layers).toHaveLength(1)
      expect((await sdk.inspectDockerTar(input, { image: 'team/app:v1' })).layers).toHaveLength(2)
      expect((await sdk.inspectDockerTar(input, { image: 'other:v2' })).layers).toHaveLength(1)
      expect(await sdk.getPrimaryTag(input, { image: 1 })).toEqual({ repository: 'other', tag: 'v2' })
      await rejection(
        sdk.inspectDockerTar(input, { image: 2 }),
        sdk.ValidationError,
        /none of them is 2; choose one with/,
      )
      await rejection(
        sdk.inspectDockerTar(input, { image: 'no:such' }),
        sdk.ValidationError,
        /none of them is "no:such"/,
      )
    })

    it('inspectDockerTar() stops at an abort with its reason', async () => {
      const reason = new Error('the user went away')
      const inspecting = sdk.inspectDockerTar(await archive({}), { signal: AbortSignal.abort(reason) })
      await expect(inspecting).rejects.toBe(reason)
    })
  })
}

/** Bytes, as every runtime takes them. */
export const asBytes = (bytes: Uint8Array<ArrayBuffer>): SourceInput => bytes
/** A file, as a page has them. */
export const asFile = (bytes: Uint8Array<ArrayBuffer>): SourceInput =>
  new File([bytes], 'image.tar', { type: 'application/x-tar' })
