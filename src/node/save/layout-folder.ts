import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runPool } from '../../async/pool.ts'
import type { Digest } from '../../oci/digest.ts'
import { INDEX_PATH, LAYOUT, LAYOUT_PATH } from '../../oci/image-layout.ts'
import type { Index } from '../../oci/manifest.ts'
import { digestOfSource } from '../../oci/verify.ts'
import { type ArchiveFile, jsonFile } from '../../save/archive-files.ts'
import type { ListedManifest } from '../../save/listed-manifests.ts'
import { type Passing, verifiedPieces } from '../../save/verified-pieces.ts'
import { lazyFile } from '../archive/file.ts'
import { writeBehind } from '../archive/write-behind.ts'
import { withLock } from '../folder-lock.ts'
import { makeFolder } from '../make-folder.ts'
import { saving } from '../saving.ts'
import { BLOBS_AT_ONCE } from './blobs-at-once.ts'
import { openDraft, removeOldDrafts } from './draft.ts'
import { mergeIndex, readIndex } from './layout-index.ts'

const ALGORITHM_FOLDER = 'blobs/sha256'

/** A folder with an image layout (image-spec § Image Layout). */
interface LayoutFolder {
  /**
   * Writes the blobs that the folder does not have. A blob that is there is read and verified. It is replaced if it is
   * damaged.
   *
   * @param onPresent Called for each blob that is there.
   */
  writeBlobs(files: readonly ArchiveFile[], passing: Passing, onPresent: (digest: Digest) => void): Promise<void>
  /** Adds entries to `index.json`, and returns the whole. */
  list(listed: readonly ListedManifest[], passing: Passing): Promise<Index>
}

/**
 * Opens a folder for images. Creates it if it does not exist.
 *
 * @throws {ValidationError} if it is a layout that this package cannot change
 * @throws {RegistryError} if it cannot be written
 */
export async function openLayoutFolder(folder: string): Promise<LayoutFolder> {
  const blobs = join(folder, ALGORITHM_FOLDER)
  // Before anything is created or removed.
  await readIndex(folder)
  await saving(`"${folder}"`, makeFolder(blobs))
  for (const one of [folder, blobs]) await removeOldDrafts(one)

  async function write(file: ArchiveFile, passing: Passing): Promise<void> {
    const draft = await openDraft(join(folder, file.path))
    try {
      let size = 0
      await writeBehind(verifiedPieces(file, { ...passing, reusesMemory: true }), (piece) => {
        size += piece.byteLength
        return draft.write(piece, size - piece.byteLength)
      })
      await draft.commit(size)
    } catch (error) {
      await draft.discard()
      throw error
    }
  }

  return {
    writeBlobs: (files, passing, onPresent) =>
      runPool(files, BLOBS_AT_ONCE, passing.signal, async (file, signal) => {
        const isThere = await isWhole(join(folder, file.path), file, { ...passing, signal })
        if (isThere && file.blob) onPresent(file.blob.digest)
        else await write(file, { ...passing, signal })
      }),
    list: (listed, passing) =>
      withLock(folder, passing.signal, async () => {
        const index = mergeIndex(await readIndex(folder), listed)
        await write(jsonFile(LAYOUT_PATH, LAYOUT), passing)
        await write(jsonFile(INDEX_PATH, index), passing)
        return index
      }),
  }
}

async function isWhole(path: string, { blob }: ArchiveFile, { createHasher, signal }: Passing): Promise<boolean> {
  // Whatever is wrong with it, writing tells.
  const status = await stat(path).catch(() => undefined)
  if (!blob || !status?.isFile() || status.size !== blob.size) return false
  return (await digestOfSource(lazyFile(path, blob.size), createHasher, signal)) === blob.digest
}
