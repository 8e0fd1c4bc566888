import { ValidationError } from '../errors.ts'
import { DOCKER_MANIFEST_SHAPE, verifyFieldNames } from '../oci/field-names.ts'
import { MANIFEST_PATH } from '../oci/image-layout.ts'
import { isJsonObject, type JsonObject, parseJson } from '../oci/json.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import { type FileIndex, hasFile } from './file-index.ts'
import { readJsonFile } from './json-file.ts'
import type { Reading } from './reading.ts'

/** One image in the `manifest.json` of a `docker save` archive, by Docker's field names. */
export interface TarManifestEntry {
  /** The path of the image's config. */
  readonly Config: string
  /** The image's names. Docker writes `null` for an empty list. */
  readonly RepoTags: readonly string[] | null
  /** The paths of the layers, lowest first. Empty where Docker writes `null`. */
  readonly Layers: readonly string[]
  /** Descriptors of layers by their diff IDs: Docker writes them of foreign layers, and since version 25 of all. */
  readonly LayerSources?: JsonObject
}

/**
 * Reads an archive's `manifest.json`.
 *
 * @returns nothing if it is an object: it is not Docker's, but may be the manifest of an image, as in the folders that
 *   skopeo writes
 * @throws {ValidationError} if it is not there, or is no list of images
 */
export async function readDockerManifest(reading: Reading): Promise<readonly TarManifestEntry[] | undefined> {
  const bytes = await readJsonFile(reading, MANIFEST_PATH, 'the archive')
  const document = parseJson(bytes, MANIFEST_PATH)
  if (isJsonObject(document)) return undefined
  if (!Array.isArray(document) || document.length === 0) {
    throw new ValidationError('IMAGE_INVALID', 'Cannot find images: "manifest.json" is not a list of images', {
      path: MANIFEST_PATH,
    })
  }
  if (document.length > reading.limits.manifests) {
    throw new ValidationError(
      'LIMIT_EXCEEDED',
      `Cannot read "manifest.json": it lists more than ${reading.limits.manifests} images`,
      { remedy: raiseLimit('manifests'), path: MANIFEST_PATH },
    )
  }
  verifyFieldNames(document, DOCKER_MANIFEST_SHAPE, MANIFEST_PATH)
  return document.map(parseManifestEntry).map((entry) => withSlashes(entry, reading.files))
}

function parseManifestEntry(entry: unknown, position: number): TarManifestEntry {
  const valid =
    isJsonObject(entry) &&
    typeof entry.Config === 'string' &&
    isTextList(entry.Layers ?? []) &&
    isTextList(entry.RepoTags ?? [])
  if (!valid) {
    throw new ValidationError(
      'IMAGE_INVALID',
      `Cannot read image ${position} of "manifest.json": expected strings in "Config", "Layers" and "RepoTags"`,
      { path: MANIFEST_PATH },
    )
  }
  return { ...entry, RepoTags: entry.RepoTags ?? null, Layers: entry.Layers ?? [] } as unknown as TarManifestEntry
}

/** Daemons on Windows wrote paths with backslashes, of files whose names have slashes. */
function withSlashes(entry: TarManifestEntry, files: FileIndex): TarManifestEntry {
  const toPath = (path: string) => (path.includes('\\') && !hasFile(files, path) ? path.replaceAll('\\', '/') : path)
  return { ...entry, Config: toPath(entry.Config), Layers: entry.Layers.map(toPath) }
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
