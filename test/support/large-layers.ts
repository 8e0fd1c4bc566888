import { createTestArchive, type TestImage } from '../../src/testing/index.ts'
import { changedArchive, readJson } from './archive-files.ts'
import { gzip } from './packing.ts'
import { flattened } from './producers.ts'
import { createRandom } from './random.ts'

/** Bytes that do not compress. */
export function noise(size: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = createRandom(seed)
  return Uint8Array.from({ length: size }, () => random() * 256)
}

/** Three layers: two of more than 64 KiB, which a relay sends as they come, and a small one. */
export const LARGE_LAYERS: NonNullable<TestImage['layers']> = [
  { a: noise(200_000, 1) },
  { motd: 'small' },
  { b: noise(90_001, 2), c: noise(7, 3) },
]

/** How producers name layers and configs, with what a relay has to send of each. */
export const LARGE_ARCHIVES: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  'docker 25 and later': () => createTestArchive({ images: [{ layers: LARGE_LAYERS }] }),
  'docker 1.10 to 24': async () =>
    // Its folders are IDs, not digests.
    changedArchive({ layout: 'docker-24', images: [{ layers: LARGE_LAYERS }] }, (files) => {
      const [entry] = readJson(files, 'manifest.json')
      const Layers = (entry.Layers as string[]).map((path, index) => {
        const renamed = `${String(index + 1).repeat(64)}/layer.tar`
        files.set(renamed, files.get(path) as Uint8Array)
        files.delete(path)
        return renamed
      })
      files.delete('manifest.json')
      files.set('manifest.json', JSON.stringify([{ ...entry, Layers }]))
    }),
  'podman and skopeo (docker-archive)': () => flat((hex) => `${hex}.tar`),
  'kaniko and crane': () =>
    flattened(
      (hex) => `${hex}.tar.gz`,
      (hex) => `sha256:${hex}`,
      gzip,
      undefined,
      LARGE_LAYERS,
    ),
  'a tool that names compressed layers by nothing': () => {
    let count = 0
    return flattened(
      () => `layer-${count++}.tar.gz`,
      (hex) => `${hex}.json`,
      gzip,
      undefined,
      LARGE_LAYERS,
    )
  },
  nix: () => flat((hex) => `${hex}/layer.tar`),
  'bazel, rules_oci': () =>
    flattened(
      (hex) => `blobs/sha256/${hex}.tar.gz`,
      (hex) => `blobs/sha256/${hex}`,
      gzip,
      undefined,
      LARGE_LAYERS,
    ),
}

function flat(layerName: (hex: string) => string): Promise<Uint8Array> {
  return flattened(layerName, (hex) => `${hex}.json`, undefined, undefined, LARGE_LAYERS)
}
