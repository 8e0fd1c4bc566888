import { describe, expect, inject, it } from 'vitest'
import { ZSTDDecoder } from 'zstddec/stream'
import * as portable from '../../src/index.ts'
import { rejection } from './errors.ts'
import type { FormatsApi } from './formats-contract.ts'
import { SAVED_ARCHIVES } from './saved-archives.ts'

/** The functions that push archives, as an entry exports them. */
interface SavedArchivesApi<Input> extends Pick<FormatsApi<Input>, 'pushDockerTar'> {
  pushDockerTarWithAllOriginalTags(
    archive: Input,
    registry: string,
    options: portable.PushArchiveOptions,
  ): Promise<readonly portable.Digest[]>
}

let count = 0

/**
 * Pushes every archive of `test/archives` by default options into the real registry, and verifies what arrives.
 *
 * @param open Gives the archive of this file name.
 */
export function describeSavedArchives<Input>(
  title: string,
  sdk: SavedArchivesApi<Input>,
  open: (file: string) => Input | Promise<Input>,
): void {
  const run = Date.now().toString(36)
  const nextFolder = () => `saved-${run}/${count++}`

  describe(title, () => {
    for (const { name, own, given, warning, referrers = [] } of SAVED_ARCHIVES) {
      const warnings: string[] = []
      const onWarning = (text: string) => warnings.push(text)
      const expectWarning = () => {
        if (warning) expect(warnings.join('\n')).toMatch(warning)
        else expect(warnings).toEqual([])
      }

      it(`pushDockerTarWithAllOriginalTags() pushes ${name} under its own names`, async () => {
        const url = inject('registryUrl')
        const folder = nextFolder()
        // Several tests push at once, so each has a folder for the names.
        const rename = (original: string) => {
          const { repository, tag } = portable.parseRepositoryTag(original)
          return `${folder}/${repository}:${tag}`
        }
        const push = sdk.pushDockerTarWithAllOriginalTags(await open(`${name}.tar`), url, { rename, onWarning })
        if (own instanceof RegExp) return void (await rejection(push, portable.RegistryError, own))
        await push
        for (const [original, expected] of Object.entries(own)) {
          const [repository = '', tag = ''] = original.split(':')
          expect(await verifyImage(url, `${folder}/${repository}`, tag)).toBe(expected)
          for (const digest of referrers) await verifyImage(url, `${folder}/${repository}`, digest)
        }
        expectWarning()
      })

      it(`pushDockerTar() pushes ${name} under a given name`, async () => {
        const url = inject('registryUrl')
        const folder = nextFolder()
        const push = sdk.pushDockerTar(await open(`${name}.tar`), url, folder, 'given', { onWarning })
        if (given instanceof RegExp) return void (await rejection(push, portable.RegistryError, given))
        const digest = await push
        expect((await portable.getManifest(url, folder, 'given')).digest).toBe(digest)
        expect(await verifyImage(url, folder, 'given')).toBe(given)
        for (const digest of referrers) await verifyImage(url, folder, digest)
        expectWarning()
      })
    }
  })
}

/**
 * Reads an image back. All digests are right, and there are as many layers as diff IDs, which fit the unpacked layers.
 *
 * @returns the digest of its config, or of its index
 */
async function verifyImage(url: string, repository: string, reference: string): Promise<portable.Digest> {
  const { manifest, bytes, digest } = await portable.getManifest(url, repository, reference)
  expect(await digestOf(bytes)).toBe(digest)
  if (portable.isIndex(manifest)) {
    for (const child of manifest.manifests) await verifyImage(url, repository, child.digest)
    return digest
  }
  const read = async ({ digest, size }: portable.Descriptor) => {
    const answer = await fetch(`${url}/v2/${repository}/blobs/${digest}`)
    const blob = new Uint8Array(await answer.arrayBuffer())
    expect([await digestOf(blob), blob.length]).toEqual([digest, size])
    return blob
  }
  const config = JSON.parse(new TextDecoder().decode(await read(manifest.config)))
  const layers = await Promise.all(manifest.layers.map(read))
  const diffIds = await Promise.all(layers.map(async (layer) => digestOf(await unpacked(layer))))
  // The config of an artifact has no layers to tell of.
  if (config.rootfs) expect(diffIds).toEqual(config.rootfs.diff_ids)
  return manifest.config.digest
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
  return `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  const [first, second] = bytes
  if (first === 0x1f && second === 0x8b) {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  }
  if (first !== 0x28 || second !== 0xb5) return bytes
  const decoder = new ZSTDDecoder()
  await decoder.init()
  // The decoder uses its memory again for each part.
  const parts = [...decoder.decodeStreaming([bytes])].map((part) => part.slice())
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())
}
