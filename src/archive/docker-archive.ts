import { ValidationError } from '../errors.ts'
import { isJsonObject, parseJson } from '../oci/json.ts'
import { readAll, type Source } from '../source/source.ts'
import { hasEntry, indexTar, openEntry, type TarIndex } from './tar-index.ts'

/** One image in the `manifest.json` of a `docker save` archive, by Docker's field names. */
export interface TarManifestEntry {
  /** The path of the image's config. */
  readonly Config: string
  /** The image's names. Docker writes `null` where there are none. */
  readonly RepoTags: readonly string[] | null
  /** The paths of the layers, lowest first. */
  readonly Layers: readonly string[]
}

/** A `docker save` archive: its entries, and what its `manifest.json` says. */
export interface DockerArchive {
  readonly index: TarIndex
  readonly manifest: readonly TarManifestEntry[]
}

/** In bytes. Longer JSON is refused before it is read. */
const MAX_JSON_SIZE = 8 * 1024 * 1024
const MANIFEST_PATH = 'manifest.json'

/**
 * Opens a `docker save` archive: reads its headers and its `manifest.json`, nothing else.
 *
 * @throws {TarReadError} if it is not a tar, or is damaged
 * @throws {ValidationError} if it is a tar, but not one of images
 */
export async function openDockerArchive(source: Source, signal?: AbortSignal): Promise<DockerArchive> {
  const index = await indexTar(source, signal)
  if (!hasEntry(index, MANIFEST_PATH)) {
    throw new ValidationError(
      'Cannot find images: the archive holds no "manifest.json"; make one with "docker save -o image.tar name:tag"',
      { path: MANIFEST_PATH },
    )
  }
  const document = parseJson(await readJsonEntry(index, MANIFEST_PATH, 'the archive', signal), MANIFEST_PATH)
  if (!Array.isArray(document) || document.length === 0) {
    throw new ValidationError('Cannot find images: "manifest.json" is not a list of images', { path: MANIFEST_PATH })
  }
  return { index, manifest: document.map(parseManifestEntry) }
}

/**
 * Reads a small file of the archive whole.
 *
 * @throws {ValidationError} if it is not there, or is longer than such a file can be
 */
export async function readJsonEntry(
  index: TarIndex,
  path: string,
  namedBy: string,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = openEntry(index, path, namedBy)
  if (source.size <= MAX_JSON_SIZE) return readAll(source, signal)
  throw new ValidationError(
    `Cannot read ${JSON.stringify(path)}: it has ${source.size} bytes, more than the ${MAX_JSON_SIZE} that JSON in an archive may have`,
    { path },
  )
}

function parseManifestEntry(entry: unknown, position: number): TarManifestEntry {
  const valid =
    isJsonObject(entry) &&
    typeof entry.Config === 'string' &&
    isTextList(entry.Layers) &&
    (entry.RepoTags === null || entry.RepoTags === undefined || isTextList(entry.RepoTags))
  if (!valid) {
    throw new ValidationError(
      `Cannot read image ${position} of "manifest.json": expected texts in "Config", "Layers" and "RepoTags"`,
      { path: MANIFEST_PATH },
    )
  }
  return { ...entry, RepoTags: entry.RepoTags ?? null } as unknown as TarManifestEntry
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
