import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ValidationError } from '../../errors.ts'
import { IMAGE_NAME, REF_NAME } from '../../oci/annotations.ts'
import { INDEX_PATH, LAYOUT, LAYOUT_PATH } from '../../oci/image-layout.ts'
import { isJsonObject, parseJson } from '../../oci/json.ts'
import { type Index, type IndexEntry, isIndex } from '../../oci/manifest.ts'
import { MEDIA_TYPES } from '../../oci/media-type.ts'
import { parseManifest } from '../../oci/parse-manifest.ts'
import { saving, unlessMissing } from '../saving.ts'

/** In bytes. No index of images is so large. */
const MAX_SIZE = 8 * 1024 ** 2

const EMPTY: Index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [] }

/**
 * Reads the index of a layout. A folder that is not a layout yet has an empty one.
 *
 * @throws {ValidationError} if it is a layout that this package cannot change
 * @throws {RegistryError} if it cannot be read
 */
export async function readIndex(folder: string): Promise<Index> {
  const layout = await readIfThere(folder, LAYOUT_PATH)
  const version = layout && parseJson(layout, LAYOUT_PATH)
  if (version !== undefined && !(isJsonObject(version) && version.imageLayoutVersion === LAYOUT.imageLayoutVersion)) {
    throw new ValidationError(
      'NOT_SUPPORTED',
      `Cannot write into the layout "${folder}": its version is not ${LAYOUT.imageLayoutVersion}`,
      {
        remedy: 'choose another folder',
        path: LAYOUT_PATH,
      },
    )
  }
  const bytes = await readIfThere(folder, INDEX_PATH)
  const index = bytes ? parseManifest(bytes, `"${join(folder, INDEX_PATH)}"`) : EMPTY
  if (isIndex(index)) return index
  throw new ValidationError(
    'IMAGE_INVALID',
    `Cannot write into the layout "${folder}": its ${INDEX_PATH} is not an index`,
    {
      remedy: 'choose another folder',
      path: INDEX_PATH,
    },
  )
}

async function readIfThere(folder: string, name: string): Promise<Uint8Array | undefined> {
  const path = join(folder, name)
  const status = await saving(`"${folder}"`, stat(path).catch(unlessMissing))
  if (!status) return undefined
  // A pipe would never end.
  const fault = !status.isFile()
    ? 'is not a file'
    : status.size > MAX_SIZE
      ? `has more than ${MAX_SIZE} bytes`
      : undefined
  if (fault) {
    throw new ValidationError('IMAGE_INVALID', `Cannot write into the layout "${folder}": its ${name} ${fault}`, {
      remedy: 'choose another folder',
      path: name,
    })
  }
  return saving(`"${path}"`, readFile(path))
}

/**
 * Adds entries to an index. An entry replaces those that have its name. An entry without a name is added only if no
 * other entry has its digest.
 */
export function mergeIndex(index: Index, listed: readonly IndexEntry[]): Index {
  const kept = index.manifests.filter((entry) => !listed.some((one) => replaces(one, entry)))
  const isListed = (one: IndexEntry) => kept.some(({ digest }) => digest === one.digest)
  return { ...index, manifests: [...kept, ...listed.filter((one) => nameOf(one) !== undefined || !isListed(one))] }
}

function replaces(one: IndexEntry, other: IndexEntry): boolean {
  if (nameOf(other) === undefined) return one.digest === other.digest
  const full = other.annotations?.[IMAGE_NAME]
  // Other tools write only the tag.
  return full === undefined ? tagOf(one) === tagOf(other) : full === one.annotations?.[IMAGE_NAME]
}

function nameOf(entry: IndexEntry): string | undefined {
  return entry.annotations?.[IMAGE_NAME] ?? tagOf(entry)
}

/**
 * Finds the tags of new entries that another image of the index has, too. Tools that know only tags find the first of
 * these images.
 */
export function sharedTags({ manifests }: Index, listed: readonly IndexEntry[]): readonly string[] {
  const isShared = (one: IndexEntry) =>
    manifests.some((other) => tagOf(other) === tagOf(one) && other.digest !== one.digest)
  return [...new Set(listed.flatMap((one) => (isShared(one) ? (tagOf(one) ?? []) : [])))]
}

function tagOf({ annotations }: IndexEntry): string | undefined {
  return annotations?.[REF_NAME]
}
