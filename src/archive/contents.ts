import { loaded } from '../async/lazy.ts'
import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { INDEX_PATH, MANIFEST_PATH } from '../oci/image-layout.ts'
import { type FileIndex, hasFile } from './file-index.ts'
import type { ArchiveContents } from './format.ts'
import type { ArchiveLimits } from './limits.ts'
import type { ReadOptions } from './read-options.ts'
import type { Reading } from './reading.ts'

/**
 * Reads what the files of an archive hold. Throws what `openArchive` throws about them.
 *
 * @param digestOfSent Gives the digest of a file whose bytes were sent already. @default no file was
 */
export async function readFiles(
  files: FileIndex,
  limits: ArchiveLimits,
  { signal, onOpenProgress, onWarning, runtime: { createHasher = createPortableHasher } = {} }: ReadOptions,
  digestOfSent?: Reading['digestOfSent'],
): Promise<ArchiveContents & { readonly warnings: readonly string[] }> {
  const warnings: string[] = []
  const reading: Reading = {
    files,
    limits,
    createHasher,
    digestOfSent,
    signal,
    json: { size: 0, values: 0 },
    onProgress: (progress) => onOpenProgress?.(progress),
    warn(warning) {
      warnings.push(warning)
      onWarning?.(warning)
    },
  }
  try {
    signal?.throwIfAborted()
    return { ...(await readContents(reading)), warnings }
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    const { explainError } = await loaded(import('./foreign-files.ts'))
    throw explainError(error, files)
  }
}

async function readContents(reading: Reading): Promise<ArchiveContents> {
  const { files, signal } = reading
  const [hasLayout, hasTarManifest] = [hasFile(files, INDEX_PATH), hasFile(files, MANIFEST_PATH)]
  if (hasLayout && hasTarManifest) {
    const [layoutReader, { readTwoHalves }] = await Promise.all([
      loadReader(reading, import('./oci-layout.ts')),
      loaded(import('./two-halves.ts'), signal),
    ])
    return readTwoHalves(reading, layoutReader)
  }
  if (hasLayout) {
    const { readWholeLayout } = await loadReader(reading, import('./oci-layout.ts'))
    return readWholeLayout(reading)
  }
  if (hasTarManifest) {
    const { readDockerArchive } = await loadReader(reading, import('./docker-image.ts'))
    return (await readDockerArchive(reading)) ?? readSkopeoDir(reading)
  }
  // Seldom met since 2016.
  const { isDockerV1, readDockerV1Images } = await loaded(import('./docker-v1.ts'), signal)
  if (isDockerV1(reading)) {
    const images = await readDockerV1Images(reading)
    return { format: 'docker-v1', images, index: undefined, tarManifest: undefined }
  }
  const { explainFiles } = await loaded(import('./foreign-files.ts'), signal)
  throw await explainFiles(files, signal)
}

async function readSkopeoDir(reading: Reading): Promise<ArchiveContents> {
  const [{ asLayout }, { readWholeLayout }] = await Promise.all([
    loaded(import('./skopeo-dir.ts'), reading.signal),
    loaded(import('./oci-layout.ts'), reading.signal),
  ])
  return { ...(await readWholeLayout({ ...reading, files: await asLayout(reading) })), format: 'dir', index: undefined }
}

/**
 * Loads what reads an archive together with what hashes its manifests: on a slow link that is one way there and back,
 * not two.
 */
async function loadReader<T>({ createHasher, signal }: Reading, part: Promise<T>): Promise<T> {
  const [reader] = await Promise.all([loaded(part, signal), createHasher()])
  return reader
}
