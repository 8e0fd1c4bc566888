import type { CompressionFormat, Digest } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'

/** An archive that every runtime compresses, with what is portable, to the images of these digests. */
export const PORTABLE_DIGESTS: Readonly<Record<CompressionFormat, Digest>> = {
  zstd: 'sha256:9da1a067eaf22e5b6526dae6433a7ec7934f04d1abc69229c00c731cbb685152',
  gzip: 'sha256:db44d8c522b731278fc2a908903a9cc8a058b666eab3d77d62059e7c5e360c70',
}

export function makePortableArchive(): Promise<Uint8Array<ArrayBuffer>> {
  const text = Array.from({ length: 60_000 }, (_, index) => `${index ** 3 % 1009}`).join(' ')
  const noise = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) ^ (index >> 5))
  return createTestArchive({ images: [{ names: ['team/app:v1'], layers: [{ text }, { noise }] }] })
}
