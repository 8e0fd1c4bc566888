import type { Digest } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'

/** An archive that every runtime compresses, with what is portable, to the image of this digest. */
export const PORTABLE_DIGEST: Digest = 'sha256:db44d8c522b731278fc2a908903a9cc8a058b666eab3d77d62059e7c5e360c70'

export function makePortableArchive(): Promise<Uint8Array<ArrayBuffer>> {
  const text = Array.from({ length: 60_000 }, (_, index) => `${index ** 3 % 1009}`).join(' ')
  const noise = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) ^ (index >> 5))
  return createTestArchive({ images: [{ names: ['team/app:v1'], layers: [{ text }, { noise }] }] })
}
