import { loaded } from '../async/lazy.ts'
import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { type CreateHasher, digestOf } from '../oci/digest.ts'
import { type JsonObject, objectField } from '../oci/json.ts'
import { toSource } from '../source/from.ts'
import { readAll } from '../source/source.ts'
import type { Image } from './image.ts'

/** Loaded when a document is written again. */
const exactJson = () => loaded(import('../oci/exact-json.ts'))

/** Parses a manifest or an index, with all that is in it. */
export async function manifestDocument({ manifest }: Pick<Image, 'manifest'>): Promise<JsonObject> {
  const { parseExactJson } = await exactJson()
  return parseExactJson(await readAll(manifest.source), `the manifest ${manifest.digest}`) as JsonObject
}

/** Makes the content of a JSON document. The same document gives the same bytes on every runtime. */
export async function jsonContent(
  document: JsonObject,
  mediaType: string,
  createHasher: CreateHasher,
): Promise<Content> {
  const { writeExactJson } = await exactJson()
  const bytes = new TextEncoder().encode(writeExactJson(document))
  return { mediaType, digest: await digestOf(bytes, createHasher), size: bytes.length, source: toSource(bytes) }
}

/**
 * Makes a manifest or an index of a changed document. A document that says its media type gets the new one.
 *
 * @param mediaType Its media type. @default that of the image's manifest
 */
export async function remakeManifest(
  { manifest }: Pick<Image, 'manifest'>,
  document: JsonObject,
  createHasher: CreateHasher,
  mediaType: string = manifest.mediaType,
): Promise<Content> {
  const named = document.mediaType === undefined ? document : { ...document, mediaType }
  return jsonContent(named, mediaType, createHasher)
}

/**
 * Lists a config and layers in the document of a manifest. A layer that the manifest has keeps its entry. Layers that
 * replace the manifest's one by one keep the rest of the entries.
 */
export function listContents(document: JsonObject, config: Descriptor, layers: readonly Descriptor[]): JsonObject {
  const listed = (document.layers ?? []) as readonly JsonObject[]
  const entries = layers.map((layer, position) => {
    const entry =
      listed.length === layers.length ? listed[position] : listed.find(({ digest }) => digest === layer.digest)
    return entry ? renamed(entry, layer) : descriptorOf(layer)
  })
  return { ...document, config: renamed(objectField(document, 'config'), config), layers: entries }
}

/** An entry of a list, with another descriptor. Bytes in the entry that are of another content are left out. */
export function renamed(entry: JsonObject, { mediaType, digest, size }: Descriptor): JsonObject {
  const { data, ...others } = entry
  return { ...(entry.digest === digest ? entry : others), mediaType, digest, size }
}
