import type { CreateHasher, Digest } from '../oci/digest.ts'
import { digestOfSource } from '../oci/verify.ts'
import type { Source } from '../source/source.ts'
import type { FileIndex } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'
import type { OpenProgress } from './options.ts'

/** One reading of an archive: what it is read from, and how. */
export interface Reading {
  readonly files: FileIndex
  readonly limits: ArchiveLimits
  readonly createHasher: CreateHasher
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: OpenProgress) => void
  /** How much JSON was read so far, in bytes. */
  readonly json: { size: number }
  /** Notes what is odd about the archive, but does no harm. */
  readonly warn: (warning: string) => void
}

/** Hashes layers whose digest nothing tells, each of them once, and tells how far that is. */
export function createLayerHasher({ createHasher, signal, onProgress }: Reading): (source: Source) => Promise<Digest> {
  const digests = new Map<Source, Promise<Digest>>()
  return (source) => {
    const known = digests.get(source) ?? digestOfSource(reported(source, onProgress), createHasher, signal)
    digests.set(source, known)
    return known
  }
}

function reported(source: Source, onProgress: Reading['onProgress']): Source {
  return {
    size: source.size,
    async read(start, end, signal) {
      const bytes = await source.read(start, end, signal)
      onProgress({ phase: 'hash', doneBytes: end, totalBytes: source.size })
      return bytes
    },
  }
}
