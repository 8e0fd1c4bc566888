import { dirname } from 'node:path'
import { runPool } from '../../async/pool.ts'
import { verifiedPieces } from '../../save/verified-pieces.ts'
import { writeBehind } from '../archive/write-behind.ts'
import { BLOBS_AT_ONCE } from './blobs-at-once.ts'
import { openDraft, removeOldDrafts } from './draft.ts'
import type { OpenOutput } from './output.ts'

/**
 * Opens a file for a tar. Several blobs are read at once, and each is written at its place. The file gets its name when
 * it is whole.
 */
export async function fileOutput(path: string, mode?: number): Promise<OpenOutput> {
  await removeOldDrafts(dirname(path))
  const draft = await openDraft(path, mode)
  return {
    write: ({ entries }, passing) =>
      runPool(entries, BLOBS_AT_ONCE, passing.signal, async (entry, signal) => {
        await draft.write(entry.header, entry.offset - entry.header.length)
        let position = entry.offset
        await writeBehind(verifiedPieces(entry, { ...passing, signal, reusesMemory: true }), (piece) => {
          position += piece.byteLength
          return draft.write(piece, position - piece.byteLength)
        })
      }),
    commit: ({ size }) => draft.commit(size),
    discard: () => draft.discard(),
  }
}
