import { describe, expect, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import type { Archive, Digest, Image, WritableArchive, WriteOptions } from '../../src/index.ts'
import { SAVED_ARCHIVES } from './saved-archives.ts'

/** The functions that convert archives, as an entry exports them. */
interface ConvertApi<Input> {
  openArchive(archive: Input | Uint8Array<ArrayBuffer>): Promise<Archive>
  writeArchive(images: readonly Image[], options?: WriteOptions): Promise<WritableArchive>
}

/** An archive of `test/archives`, and the digest of the tar that every runtime writes of it. */
interface Conversion {
  readonly name: string
  readonly options?: WriteOptions
  readonly tar: Digest
}

/** Archives that cannot be opened: `SAVED_ARCHIVES` has the reasons. */
const UNREADABLE = ['docker-29.8-containerd-content-missing', 'docker-29.8-export']

export const CONVERSIONS: readonly Conversion[] = [
  { name: 'buildkit-0.33-docker', tar: 'sha256:f2b62c72b818a161b400514b23171e8c31a6260df1a8562a451caf7ff2191df0' },
  { name: 'buildkit-0.33-oci', tar: 'sha256:aea21c14ccce07c6966ae21607f39bd36afffbe6628724ddc0e6af59b2605f73' },
  { name: 'cosign-3.1-bundle', tar: 'sha256:6d4524ea6791b52c4169ac37bd561d3253c7eb9a35254eacf4aea3af109b8092' },
  { name: 'cosign-3.1-sig', tar: 'sha256:1b5c24d97689eac8b536b985c631db381d1be4b40f1df887521328eda34d3226' },
  { name: 'crane-0.22-zstd', tar: 'sha256:38894c0b454182de2058f78f44b150f70082eebb2fc35322bf477c6dc9710f91' },
  {
    name: 'crane-0.22-zstd',
    options: { decompress: 'zstd' },
    tar: 'sha256:80b39a2179773e14dd7c72c0efe87b498f9a10c6f702b43e81e93b7fdb49fe20',
  },
  { name: 'crane-0.22', tar: 'sha256:0c813671f4b5e921a0c0677a48002a1fc085ffc2c7d09fbecc4c1582e4d93796' },
  { name: 'ctr-2.3-one-platform', tar: 'sha256:941278942a5aca3770df7eddc30310beb6d6e219836923813fa1ea41c48dd726' },
  { name: 'docker-20.10-graph-driver', tar: 'sha256:4efbaaf7fc77ac14bcfceec5566e46a2f493153840d5b8f5c1fd2989758c6e50' },
  {
    name: 'docker-25.0.0-containerd-two-platforms',
    tar: 'sha256:761ad944bc3fb86284f69a08c9baae9d57b63e43267569ad230d7342176167e0',
  },
  {
    name: 'docker-25.0.0-graph-driver-layers',
    tar: 'sha256:9a904bbb00d923c3d6d31c0ce5ceba72651733fd1406402a8140f9e70c3bc8bf',
  },
  {
    name: 'docker-25.0.0-graph-driver-order',
    tar: 'sha256:2928cf0bb47e4fe8bc7a6c6c3d616b3719cf2962ae39890930249bb1e8e9f2d5',
  },
  {
    name: 'docker-28.5-containerd-one-platform',
    tar: 'sha256:71f91f70a150217219b36ac48fee7d06b4a476d167960129af5b846806824733',
  },
  { name: 'docker-28.5-graph-driver', tar: 'sha256:5e8ae00517fd1d12acd8361d7eb63e2d6c0c606e710823753aacd2faa01e6f2c' },
  {
    name: 'docker-29.8-containerd-all-platforms',
    tar: 'sha256:2729a9a0b15025f983071b90a472317174dbbb06422185fb356879650d12b54e',
  },
  {
    name: 'docker-29.8-containerd-all-platforms',
    options: { platform: 'linux/arm64' },
    tar: 'sha256:11d8aa3f42b43219694cba31fc136752cf4923509d6b367a810374fdae331ef4',
  },
  {
    name: 'docker-29.8-containerd-all-platforms',
    options: { format: 'oci' },
    tar: 'sha256:3bba602ca097b614dd8cd520655a8f91ff50e6f82faf1d2e504047390018d67a',
  },
  {
    name: 'docker-29.8-containerd-all-platforms',
    options: { format: 'docker' },
    tar: 'sha256:f63947ad394dc7c77f472943e9d26b9cf7fd6f186bf636e1e1c58358eefa9dc0',
  },
  {
    name: 'docker-29.8-containerd-attestation-artifact',
    tar: 'sha256:0eea171fac5fca24df2be44458b743a7eab9983505ed14a5da050df7a1a05aa2',
  },
  {
    name: 'docker-29.8-containerd-by-id',
    tar: 'sha256:90f688bfdf1b4ce6c1bb851552604fd7e655b57c2bce25ec84d8b7cc9c6a4b12',
  },
  {
    name: 'docker-29.8-containerd-one-platform',
    tar: 'sha256:71f91f70a150217219b36ac48fee7d06b4a476d167960129af5b846806824733',
  },
  {
    name: 'docker-29.8-containerd-referrers',
    tar: 'sha256:76b6753989e3d6d6b43ba79a8e1315fbbddb9de6e11ae5092474955914161e78',
  },
  {
    name: 'docker-29.8-containerd-several-images',
    tar: 'sha256:272f3bc4d13b913477b536c0b5aee346e384d34cf4a0c0d72868c2a12fef05e5',
  },
  {
    name: 'docker-29.8-containerd-signed',
    tar: 'sha256:5b0288b1fd3e0b9f60e3195f59a7d70a6f800739494dec974c29274e3a959166',
  },
  {
    name: 'docker-29.8-containerd-two-of-three',
    options: { platforms: 'available' },
    tar: 'sha256:035aedd24bbaa899cd9da0a08060395445d79a04037b9cde4547b11c2075387c',
  },
  {
    name: 'docker-29.8-containerd-zstd',
    tar: 'sha256:9095a881804a5d2740fb5dc1d9f98e6df22e0f10508b9bfe39fbecdc98a4a9d6',
  },
  {
    name: 'docker-29.8-containerd-zstd',
    options: { decompress: 'zstd' },
    tar: 'sha256:b3bee83442a1dbb686d7c04d8a01c0354cbe092d88e00ddf293c001287dc0265',
  },
  { name: 'docker-29.8-graph-driver', tar: 'sha256:5e8ae00517fd1d12acd8361d7eb63e2d6c0c606e710823753aacd2faa01e6f2c' },
  { name: 'jib-3.4', tar: 'sha256:b4958ec7e68ddcc857e96e686324ab91c418411d02a029c4396231ea6612d176' },
  { name: 'oras-1.3-artifact', tar: 'sha256:01aacf3aa949a1d5020c1948c6d9451fad8247356a1d5213d1931e62ebcc0450' },
  { name: 'oras-1.3', tar: 'sha256:2de9860934507619010a424765fec1b8f063bf121f5835373c1bbd5ca5a78be6' },
  { name: 'regctl-0.11', tar: 'sha256:6ab8f44c6dc80712a336d98742f88ee2d9d3a797889ff019d8c9a2714c09fedb' },
  { name: 'skopeo-1.9-dir', tar: 'sha256:99784ad10ee07e448d8c2cb08320a4d6f37b241901fc80e228d564a8e5891a26' },
]

async function digestOf(stream: ReadableStream<Uint8Array>): Promise<Digest> {
  const hasher = await createPortableHasher()
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) hasher.update(next.value)
  return hasher.digest()
}

/**
 * Converts every archive of `test/archives`, and compares the tar with that of the other runtimes.
 *
 * @param open Gives the archive of this file name.
 */
export function describeConversions<Input>(
  title: string,
  { openArchive, writeArchive }: ConvertApi<Input>,
  open: (file: string) => Input | Promise<Input>,
): void {
  describe(title, () => {
    it('are all of them', () => {
      const names = SAVED_ARCHIVES.map(({ name }) => name)
      expect([...new Set(CONVERSIONS.map(({ name }) => name)), ...UNREADABLE].sort()).toEqual([...names].sort())
    })

    it.each(CONVERSIONS)('$name with $options becomes the same tar everywhere', async ({ name, options, tar }) => {
      const archive = await openArchive(await open(`${name}.tar`))
      try {
        const written = await writeArchive(archive.images, options)
        expect(await digestOf(written.stream())).toBe(tar)
        await written.close()
      } finally {
        await archive.close()
      }
    })
  })
}
