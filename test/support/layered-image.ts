import { gzipSync } from 'node:zlib'
import { type Image, type Layer, openArchive } from '../../src/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type CountingSource, countingSource } from './counting-source.ts'
import { rawTar } from './tar.ts'

/** The entries of a layer. */
export type Entries = Parameters<typeof rawTar>[0]

/** A layer in gzip, which counts how often it is read. */
async function layerOf(entries: Entries): Promise<Layer & { readonly source: CountingSource }> {
  const bytes = Uint8Array.from(gzipSync(rawTar(entries)))
  const digest = await digestOf(bytes, createNativeHasher)
  const untold = { diffId: undefined, created: undefined, createdBy: undefined }
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'
  return { mediaType, digest, size: bytes.length, source: countingSource(bytes), ...untold }
}

/** An image of these layers. Its manifest and config are those of another image. */
export async function imageOf(...layers: readonly Entries[]): Promise<Image> {
  const { images } = await openArchive(await createTestArchive())
  return { ...(images[0] as Image), layers: await Promise.all(layers.map(layerOf)) }
}
