import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect } from 'vitest'
import { getManifest, isIndex } from '../../src/index.ts'
import type { LargeArchive } from './large-archive.ts'

/** Expects a registry to hold this image, every byte of it: its layers are read back and hashed. */
export async function expectStored(
  url: string,
  repository: string,
  reference: string,
  { configDigest, diffIds }: LargeArchive,
): Promise<void> {
  const { manifest } = await getManifest(url, repository, reference)
  if (isIndex(manifest)) return expect.fail('expected an image manifest')
  expect(manifest.config.digest).toBe(configDigest)
  expect(manifest.layers.map(({ digest }) => digest)).toEqual(diffIds)
  for (const { digest, size } of manifest.layers) {
    expect(await storedBlob(new URL(`/v2/${repository}/blobs/${digest}`, url))).toEqual({ digest, size })
  }
}

/** What a registry really holds: read back and hashed. */
async function storedBlob(url: URL): Promise<{ digest: string; size: number }> {
  const response = await fetch(url)
  const sha256 = createHash('sha256')
  let size = 0
  for await (const chunk of Readable.fromWeb(response.body as never)) {
    sha256.update(chunk)
    size += chunk.length
  }
  return { digest: `sha256:${sha256.digest('hex')}`, size }
}
