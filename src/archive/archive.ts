import { ValidationError } from '../errors.ts'
import { loaded } from '../load.ts'
import type { Image } from '../oci/image.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { MANIFEST_PATH, readDockerManifest, type TarManifestEntry } from './docker-manifest.ts'
import { hasFile } from './file-index.ts'
import { type ArchiveInput, openInput } from './input.ts'
import { readJsonFile } from './json-file.ts'
import { withDefaultLimits } from './limits.ts'
import type { ReadOptions } from './options.ts'
import type { Reading } from './reading.ts'

/** What makes a folder a layout (image-spec § Image Layout). */
const INDEX_PATH = 'index.json'

/**
 * How an archive says what is in it: `oci`, an image layout (`index.json`); `docker`, a `manifest.json`, as Docker saves since 1.10,
 * podman, skopeo, kaniko and crane; `docker-v1`, `repositories` alone, as Docker saved before that; `dir`, an image's own manifest as
 * `manifest.json`, as skopeo writes folders.
 */
export type ArchiveFormat = 'oci' | 'docker' | 'docker-v1' | 'dir'

/** An open archive: what is in it, and where the bytes are. */
export interface Archive {
  readonly format: ArchiveFormat
  /** In the archive's order. A multi-platform image is one, with its platforms as `children`. */
  readonly images: readonly Image[]
  /** What is odd about the archive, but does no harm. */
  readonly warnings: readonly string[]
  /** What its `manifest.json` says, where it has one. */
  readonly tarManifest: readonly TarManifestEntry[] | undefined
  /** Lets go of the file, or of what was spooled. The images' bytes cannot be read after it. */
  close(): Promise<void>
}

/**
 * Opens an archive of images: headers and small JSON are read, and of layers at most the first bytes. What cannot be read in place (a
 * stream, or what is packed with gzip, zstd or zip) is spooled first. Layers that nothing gives a digest for are hashed.
 * Where an archive has both an OCI layout and a `manifest.json`, as Docker saves since 25, the layout counts if it is whole: it
 * has the image's own manifest, with its digest.
 *
 * @throws {TarReadError} if it is no archive, or is damaged, or goes over a limit
 * @throws {ValidationError} if it is one, but not of images, or not a whole one
 * @throws {DigestMismatchError} if a manifest or a config is not what its path says
 */
export async function openArchive(input: ArchiveInput, options: ReadOptions = {}): Promise<Archive> {
  const limits = withDefaultLimits(options.limits)
  const { signal, createHasher = createWasmHasher, onOpenProgress } = options
  const { files, close } = await openInput(input, limits, options)
  const warnings: string[] = []
  const reading: Reading = {
    files,
    limits,
    createHasher,
    signal,
    json: { size: 0 },
    onProgress: (progress) => onOpenProgress?.(progress),
    warn(warning) {
      warnings.push(warning)
      options.onWarning?.(warning)
    },
  }
  try {
    signal?.throwIfAborted()
    const tarManifest = hasFile(files, MANIFEST_PATH) ? await readDockerManifest(reading) : undefined
    const { format, images } = await readImages(reading, tarManifest)
    return Object.freeze({ format, images, warnings, tarManifest, close })
  } catch (error) {
    await close()
    if (!(error instanceof ValidationError)) throw error
    const { explainError } = await loaded(import('./foreign-files.ts'))
    throw explainError(error, files)
  }
}

/** Opens an archive for as long as it is used; one that is open already stays so. */
export async function withArchive<T>(
  input: ArchiveInput | Archive,
  options: ReadOptions,
  use: (archive: Archive) => Promise<T> | T,
): Promise<T> {
  if (isArchive(input)) {
    options.signal?.throwIfAborted()
    return use(input)
  }
  const archive = await openArchive(input, options)
  try {
    return await use(archive)
  } finally {
    await archive.close()
  }
}

/** Tells an open archive from what one may be opened from. */
export function isArchive(input: unknown): input is Archive {
  return typeof input === 'object' && input !== null && 'images' in input && 'warnings' in input
}

async function readImages(
  reading: Reading,
  tarManifest: readonly TarManifestEntry[] | undefined,
): Promise<Pick<Archive, 'format' | 'images'>> {
  if (hasFile(reading.files, INDEX_PATH)) {
    const { incompleteLayout, readLayout } = await loadReader(reading, import('./oci-layout.ts'))
    const { images, lacking } = await readLayout(reading)
    const gap = lacking[0] ?? (tarManifest && configBeside(images, tarManifest))
    if (gap === undefined && images.length > 0) return { format: 'oci', images }
    if (!tarManifest) throw incompleteLayout(gap)
    reading.warn(`The OCI layout in the archive lacks ${gap}; its "manifest.json" was read instead.`)
  }
  if (tarManifest) {
    const { readDockerImages } = await loadReader(reading, import('./docker-image.ts'))
    return { format: 'docker', images: await readDockerImages(reading, tarManifest) }
  }
  if (hasFile(reading.files, MANIFEST_PATH)) {
    const { asLayout } = await loaded(import('./skopeo-dir.ts'))
    const manifest = await readJsonFile(reading, MANIFEST_PATH, 'the folder')
    const files = await asLayout(reading.files, manifest, reading.createHasher)
    return { ...(await readImages({ ...reading, files }, undefined)), format: 'dir' }
  }
  // Seldom met since 2016.
  const { isDockerV1, readDockerV1Images } = await loaded(import('./docker-v1.ts'), reading.signal)
  if (isDockerV1(reading)) return { format: 'docker-v1', images: await readDockerV1Images(reading) }
  const { explainFiles } = await loaded(import('./foreign-files.ts'))
  throw await explainFiles(reading.files, reading.signal)
}

/** Loads what reads an archive together with what hashes its manifests: on a slow link that is one way there and back, not two. */
async function loadReader<T>({ createHasher, signal }: Reading, part: Promise<T>): Promise<T> {
  const [reader] = await Promise.all([loaded(part, signal), createHasher()])
  return reader
}

/** The path of a config that `manifest.json` names, and that is in no image of the layout beside it. */
function configBeside(images: readonly Image[], tarManifest: readonly TarManifestEntry[]): string | undefined {
  const configs = new Set<string | undefined>()
  const collect = ({ config, children }: Image) => {
    configs.add(config?.digest.slice('sha256:'.length))
    children.forEach(collect)
  }
  images.forEach(collect)
  return tarManifest.find(({ Config }) => !configs.has(/[0-9a-f]{64}/.exec(Config)?.[0]))?.Config
}
