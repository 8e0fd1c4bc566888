import type { PulledArtifact, PulledFile } from '../../artifacts/pulled-artifact.ts'
import { type OpenFile, openArtifact, readFile } from '../../artifacts/read-artifact.ts'
import { runPool } from '../../async/pool.ts'
import type { WriteControlOptions } from '../../control/write-controller.ts'
import { createWriting } from '../../control/writing.ts'
import { descriptorOf } from '../../oci/descriptor.ts'
import { type RegistryInput, toRegistry } from '../../registry/registry.ts'
import type { RuntimeOptions } from '../../runtime.ts'
import { writeBehind } from '../archive/write-behind.ts'
import { createNativeHasher } from '../native-sha256.ts'
import { BLOBS_AT_ONCE } from '../save/blobs-at-once.ts'
import { openDraft } from '../save/draft.ts'
import { toPath } from '../save/open-output.ts'
import { openTarget } from './target-folder.ts'

/** Where the files of an artifact are written, and how. */
export interface SaveArtifactOptions extends WriteControlOptions, RuntimeOptions {
  /** The path or `file:` URL of the folder. It is created if it does not exist. */
  readonly to: string | URL
  /** False to reject, before a file is read, if a file exists. True to replace it. @default true */
  readonly overwrite?: boolean | undefined
  /** Called for each file without a title, which is not written. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** A file of an artifact that was written. */
export interface SavedArtifactFile extends Omit<PulledFile, 'stream' | 'bytes'> {
  readonly title: string
  /** Its path on the disk. */
  readonly path: string
}

/** An artifact whose files were written. */
export interface SavedArtifact extends Omit<PulledArtifact, 'files'> {
  readonly files: readonly SavedArtifactFile[]
}

/**
 * Writes the files of an artifact into a folder. Files get their names when all of them are whole, each at once. Call
 * it inside `withControl`.
 *
 * @throws {RegistryError} if a file cannot be written, or a link of the folder leads elsewhere, or a file exists
 *   and `overwrite` is `false`
 */
export async function savePulled(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: SaveArtifactOptions,
): Promise<SavedArtifact> {
  const { to, overwrite = true, onWarning, signal, runtime: { createHasher = createNativeHasher } = {} } = options
  const path = toPath(to, 'the path of a folder')
  const { files, ...artifact } = await openArtifact(toRegistry(registry), repository, reference, { signal })
  const titled = files.filter((file) => file.title !== undefined) as (OpenFile & { readonly title: string })[]
  for (const { digest } of files.filter(({ title }) => title === undefined)) {
    onWarning?.(`The file ${digest} has no title, so it was not written.`)
  }
  const writing = createWriting(options)
  const target = await openTarget(path, { overwrite })
  const drafts: Awaited<ReturnType<typeof openDraft>>[] = []
  try {
    const saved: SavedArtifactFile[] = []
    for (const { title, annotations, ...file } of titled) {
      const place = await target.place(title)
      saved.push({ ...descriptorOf(file), title, annotations, path: place })
      drafts.push(await openDraft(place))
    }
    // A blob that is two files counts once.
    const isFirst = ({ digest }: OpenFile, index: number) =>
      titled.findIndex((other) => other.digest === digest) === index
    writing.track(titled.filter(isFirst).map((file) => ({ ...descriptorOf(file), kind: 'layer' })))
    writing.phase('write')
    await runPool([...titled.entries()], BLOBS_AT_ONCE, signal, async ([index, file], signal) => {
      const counted = isFirst(file, index)
        ? writing
        : { ...writing, pieceSize: writing.pieceSize, wrote: () => undefined }
      let position = 0
      await writeBehind(readFile(file, { createHasher, signal, writing: counted, reusesMemory: true }), (piece) => {
        position += piece.byteLength
        return drafts[index]?.write(piece, position - piece.byteLength) ?? Promise.resolve()
      })
    })
    for (const [index, { size }] of titled.entries()) await drafts[index]?.commit(size)
    writing.phase('done')
    return { ...artifact, files: saved }
  } catch (error) {
    for (const draft of drafts) await draft.discard()
    await target.discard()
    throw error
  }
}
