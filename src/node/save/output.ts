import type { Writable } from 'node:stream'
import type { TarPlan } from '../../save/tar-plan.ts'
import type { Passing } from '../../save/verified-pieces.ts'

/**
 * Where an archive is written: the path of a file or a pipe, its `file:` URL, or a Node stream such as
 * `process.stdout`.
 */
export type ArchiveOutput = string | URL | Writable

/** A file or a stream that is ready for an archive. */
export interface OpenOutput {
  /** Writes the whole tar. */
  write(tar: TarPlan, passing: Passing): Promise<void>
  /** Gives the file its name, or ends the stream. */
  commit(tar: TarPlan): Promise<void>
  /** Removes the file, or breaks the stream off, so that its reader does not take a part for the whole tar. */
  discard(): Promise<void>
}
