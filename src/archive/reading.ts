import type { CreateHasher, Digest } from '../oci/digest.ts'
import { digestOfSource } from '../oci/verify.ts'
import { reportedSource, type Source } from '../source/source.ts'
import type { FileIndex } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'
import type { OpenProgress } from './read-options.ts'

/** One reading of an archive: what it is read from, and how. */
export interface Reading {
  readonly files: FileIndex
  readonly limits: ArchiveLimits
  readonly createHasher: CreateHasher
  /** Gives the digest of a file that cannot be read any more, because its bytes were sent as they came. */
  readonly digestOfSent?: ((source: Source) => Digest | undefined) | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: OpenProgress) => void
  /** How much JSON was read so far, in bytes and in values. */
  readonly json: { size: number; values: number }
  /** Reports anything in the archive that is unusual, but harmless. */
  readonly warn: (warning: string) => void
}

/** Hashes layers whose digest nothing tells, each of them once, and tells how far that is. */
export function createLayerHasher(reading: Reading): (source: Source) => Promise<Digest> {
  const digests = new Map<Source, Promise<Digest>>()
  return async (source) => {
    const sent = reading.digestOfSent?.(source)
    if (sent) return sent
    const known =
      digests.get(source) ?? digestOfSource(reportedLayer(source, reading), reading.createHasher, reading.signal)
    digests.set(source, known)
    return known
  }
}

/** The same layer, which tells how far it is read. */
export function reportedLayer(source: Source, { onProgress }: Reading): Source {
  return reportedSource(source, (doneBytes) => onProgress({ phase: 'hash', doneBytes, totalBytes: source.size }))
}
