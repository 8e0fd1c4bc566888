import { ValidationError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import { parseConfigObject, readImageConfig } from '../images/image-config.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import { isJsonObject, type JsonObject, objectField, parseJson, textField, textListField } from '../oci/json.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { toSource } from '../source/from.ts'
import type { Source } from '../source/source.ts'
import { packingOf, readHead } from '../unpack/packing.ts'
import { buildImage } from './docker-image.ts'
import { hasFile, openEntry } from './file-index.ts'
import { readJsonFile } from './json-file.ts'
import { refusePackedLayer } from './packed-layer.ts'
import { createLayerHasher, type Reading } from './reading.ts'

const REPOSITORIES_PATH = 'repositories'
/** Fields with the place of a layer, and not its content. */
const PLACE_FIELDS = ['id', 'parent', 'Size', 'parent_id', 'layer_id', 'throwaway']
const MAX_LAYERS = 1000

/** One layer of an image of that time, with the image's config as it was after this layer. */
interface V1Layer {
  readonly document: JsonObject
  readonly source: Source
}

export function isDockerV1({ files }: Reading): boolean {
  return hasFile(files, REPOSITORIES_PATH)
}

/**
 * Reads the images that Docker saved before version 1.10: `repositories` names the topmost layer of each, and
 * `<id>/json` the next one. Nothing in them tells digests, so every layer is read and hashed. The config is made as
 * `docker load` makes it, with the same bytes for images of Docker 1.8.3 and later.
 *
 * @throws {ValidationError} if files are missing or not valid
 */
export async function readDockerV1Images(reading: Reading): Promise<readonly Image[]> {
  const hashLayer = createLayerHasher(reading)
  const images: Image[] = []
  for (const [id, names] of await readRepositories(reading)) {
    const chain = await readChain(reading, id)
    const layers = []
    for (const { source } of chain) {
      layers.push({ mediaType: MEDIA_TYPES.ociLayer, digest: await hashLayer(source), size: source.size, source })
    }
    const document = makeConfig(
      chain.map((layer) => layer.document),
      layers.map(({ digest }) => digest),
    )
    const bytes = new TextEncoder().encode(stringify(document))
    const digest = await digestOf(bytes, reading.createHasher)
    const config = { mediaType: MEDIA_TYPES.ociConfig, digest, size: bytes.length, source: toSource(bytes) }
    images.push(await buildImage(reading, names, config, readImageConfig(document), layers))
  }
  return images
}

async function readRepositories(reading: Reading): Promise<ReadonlyMap<string, readonly string[]>> {
  const bytes = await readJsonFile(reading, REPOSITORIES_PATH, 'the archive')
  const document = parseJson(bytes, REPOSITORIES_PATH)
  const namesById = new Map<string, string[]>()
  for (const repository of isJsonObject(document) ? Object.keys(document) : []) {
    for (const [tag, id] of Object.entries(objectField(document as JsonObject, repository))) {
      if (typeof id !== 'string') continue
      const names = namesById.get(id) ?? []
      names.push(`${repository}:${tag}`)
      namesById.set(id, names)
    }
  }
  if (namesById.size > 0) return namesById
  throw new ValidationError('NO_IMAGE', 'Cannot find images: "repositories" names none', { path: REPOSITORIES_PATH })
}

/** The layers of an image, lowest first. */
async function readChain(reading: Reading, topmost: string): Promise<readonly V1Layer[]> {
  const chain = new Map<string, V1Layer>()
  for (let id: string | undefined = topmost; id; ) {
    const path: string = `${id}/layer.tar`
    if (chain.has(id) || chain.size === MAX_LAYERS) {
      throw new ValidationError(
        'IMAGE_INVALID',
        `Cannot read the image: the layers above ${JSON.stringify(id)} go in a circle`,
        { path },
      )
    }
    const document = parseConfigObject(await readJsonFile(reading, `${id}/json`, 'the archive'), `${id}/json`)
    const source = await openEntry(reading.files, path, 'the archive', reading.signal)
    const head = await readHead(source, reading.signal)
    refusePackedLayer(head, path)
    if (packingOf(head)) {
      throw new ValidationError(
        'IMAGE_INVALID',
        `Cannot read the image: ${JSON.stringify(path)} is compressed, as layers of this old format never are`,
        { path },
      )
    }
    chain.set(id, { document, source })
    id = textField(document, 'parent')
  }
  return [...chain.values()].reverse()
}

/** The config of today from those of then (Docker's image/v1 § MakeConfigFromV1Config). */
function makeConfig(documents: readonly JsonObject[], diffIds: readonly Digest[]): JsonObject {
  const kept = Object.entries(documents.at(-1) ?? {}).filter(([key]) => !PLACE_FIELDS.includes(key))
  const config = {
    ...Object.fromEntries(kept),
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: documents.map(toHistory),
  }
  return Object.fromEntries(Object.entries(config).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function toHistory(document: JsonObject): JsonObject {
  const author = textField(document, 'author')
  const createdBy = textListField(objectField(document, 'container_config'), 'Cmd').join(' ')
  const comment = textField(document, 'comment')
  return {
    created: textField(document, 'created') ?? '0001-01-01T00:00:00Z',
    ...(author && { author }),
    ...(createdBy && { created_by: createdBy }),
    ...(comment && { comment }),
  }
}

/** JSON as Go writes it, so that the image gets the ID that Docker gives it. */
function stringify(document: JsonObject): string {
  const asEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(document).replaceAll(/[<>&\u2028\u2029]/g, asEscape)
}
