import { parseTar } from 'nanotar'
import { type Archive, type Image, openArchive, type WriteOptions, writeArchive } from '../../src/index.ts'
import { createLayout, type LayoutBuilder, withName, withPlatform } from './layout.ts'

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

/** Decodes a file of a tar. */
export const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
/** Parses a JSON file of a tar. */
export const jsonOf = (bytes: Uint8Array | undefined) => JSON.parse(textOf(bytes))

/** The files of a tar, by their paths, in its order. */
export function filesOf(tar: Uint8Array): ReadonlyMap<string, Uint8Array> {
  return new Map(parseTar(tar).map(({ name, data = new Uint8Array() }) => [name, data]))
}

/** Opens an archive of a layout that is put together. */
export async function openLayout(fill: (layout: LayoutBuilder) => Promise<void>): Promise<Archive> {
  const layout = createLayout()
  await fill(layout)
  return openArchive(layout.tar())
}

/** Opens an archive of one image. */
export const appArchive = (name = 'registry.example.com/team/app:v1', image = {}) =>
  openLayout(async (layout) => layout.list(withName(await layout.addImage(image), name)))

/** An image of linux/amd64, the same of linux/arm64, and an attestation of the first. */
export async function multiArchive(): Promise<Archive> {
  return openLayout(async (layout) => {
    const [arm64, amd64, attestation] = [
      await layout.addImage({ architecture: 'arm64' }),
      await layout.addImage(),
      await layout.addImage({ text: 'attestation', os: 'unknown', architecture: 'unknown' }),
    ]
    const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': amd64.digest }
    const index = await layout.addIndex([
      withPlatform(arm64, 'linux/arm64'),
      withPlatform(amd64, 'linux/amd64'),
      withPlatform(attestation, 'unknown/unknown', about),
    ])
    layout.list(withName(index, 'team/multi:v1'))
  })
}
