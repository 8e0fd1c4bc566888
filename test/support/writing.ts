import { type Image, type WriteOptions, writeArchive } from '../../src/index.ts'

/** Reads a stream to its end. */
export async function bytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Writes images into a tar in memory. */
export async function writeTar(images: readonly Image[], options: WriteOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const written = await writeArchive(images, options)
  try {
    return await bytesOf(written.stream())
  } finally {
    await written.close()
  }
}
