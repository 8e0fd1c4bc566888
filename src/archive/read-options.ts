import type { RuntimeOptions } from '../runtime.ts'
import type { ArchiveLimits } from './limits.ts'

/** Progress while an archive is opened, if that takes more than a look at its headers. */
export interface OpenProgress {
  /**
   * `spool`: the archive comes as a stream, or is packed, and is put where it can be read. `hash`: layers whose digest
   * nothing tells are read. `verify`: all blobs are read, and compressed layers a second time, to be unpacked.
   */
  readonly phase: 'spool' | 'hash' | 'verify'
  /** Bytes spooled, hashed or read so far. */
  readonly doneBytes: number
  /** Of the layer that is hashed, or of all that is verified; of a stream nobody knows. */
  readonly totalBytes: number | undefined
}

/** The options of every function that reads an archive. */
export interface ReadOptions extends RuntimeOptions {
  /** Ends the reading; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Which file of a zip is the archive. Needed only where the zip holds several. */
  readonly entry?: string | undefined
  /** Called while a stream or a packed archive is spooled, while layers are hashed, and while blobs are verified. */
  readonly onOpenProgress?: ((progress: OpenProgress) => void) | undefined
  /** Called for anything in the archive that is unusual, but harmless: the `warnings` of `openArchive`. */
  readonly onWarning?: ((warning: string) => void) | undefined
  /** The limits of the archive. Each has a default. */
  readonly limits?: Partial<ArchiveLimits> | undefined
}
