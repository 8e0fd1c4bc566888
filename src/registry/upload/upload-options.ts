import type { Content } from '../../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../../oci/digest.ts'
import type { CreateBody, CreateStreamBody } from '../../runtime.ts'
import type { StoreAttempts } from '../../stores/attempts.ts'
import type { Registry } from '../registry.ts'
import type { SendRequest } from '../send.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { BlobReader } from './blob-reader.ts'

/** In bytes. */
export const DEFAULT_CHUNK_SIZE = 5 * 1024 * 1024

/**
 * When the bytes of a blob are hashed before the registry gets them: `always`; or `when-needed`, which leaves it to the
 * registry to compare them with the digest, and hashes them only if it refuses.
 */
export type Hashing = 'always' | 'when-needed'

/** An event of an upload that its progress does not show. `error` is the cause, if there is one. */
export type UploadEvent = {
  readonly repository: string
  readonly digest: Digest
} & (
  | {
      /** It tries again after a wait, from where the registry says it is. */
      readonly kind: 'retry'
      readonly error: Error
      /** How many failures there were in a row, without a byte of progress. */
      readonly failures: number
      /** In milliseconds; a pause that the registry asked for is added. */
      readonly delay: number
    }
  /**
   * The registry has lost the upload, or cannot continue it, or it was of other bytes: the blob is sent from its
   * start.
   */
  | { readonly kind: 'restart'; readonly error: Error; readonly lostBytes: number }
  /** The registry takes smaller or larger chunks only (in bytes), or no chunks at all. */
  | {
      readonly kind: 'learned'
      readonly error: Error
      readonly maxChunkSize?: number
      readonly minChunkSize?: number
      readonly takesWholeOnly?: boolean
    }
  /** It continues the upload of an earlier push. The registry has this many bytes of it. */
  | { readonly kind: 'resume'; readonly resumedBytes: number }
  /** The store of `sessions` has failed. The push continues without it. This is reported once. */
  | { readonly kind: 'unsaved'; readonly error: Error }
)

/** The parts of the runtime that an upload uses, its patience, and where it keeps its session. */
export interface UploadOptions {
  readonly createHasher: CreateHasher
  /** Leaves it to the registry to compare the digest. @default none: all bytes are hashed */
  readonly trust?: DigestTrust | undefined
  readonly createBody: CreateBody
  readonly createStreamBody: CreateStreamBody
  /**
   * True if a chunk is read while it is sent, by a `createStreamBody` that keeps nothing: else it is held in memory.
   */
  readonly streamsChunks?: boolean | undefined
  /** True if a stream's pieces are read into the same few buffers in turn, if the runtime's own `fetch` sends them. */
  readonly reusesPieces?: boolean | undefined
  /** True if a chunk of a file goes as that part of the file, where a browser reads it itself. */
  readonly slicesChunks?: boolean | undefined
  /** Bytes in one request; a registry's own limits come first. */
  readonly chunkSize: number
  /** Says how many bytes the next chunk of a larger blob should have. Without it, every chunk has `chunkSize`. */
  readonly link?: { readonly chunkSize: number } | undefined
  /** May make each chunk smaller, in bytes. */
  readonly rateLimit?: { readonly maxChunk: number }
  /** How many failures in a row, without a byte of progress, are not yet the end. */
  readonly uploadRetry: number
  /** In milliseconds: the wait after the first failure is up to so long, after each further one up to twice as long. */
  readonly uploadRetryDelay: number
  /** A repository of the same registry that has the blob: asked for before bytes are sent. */
  readonly mountFrom?: string
  /** Called after each request with how many of the blob's bytes the registry has. */
  readonly onSent?: (sentBytes: number) => void
  readonly onEvent?: (event: UploadEvent) => void
  /** Where uploads are kept for a later push. */
  readonly sessions?: StoreAttempts<SessionStore> | undefined
  readonly signal?: AbortSignal | undefined
}

/** An open upload: where it continues, and how many bytes of the blob the registry has. */
export interface UploadSession {
  readonly location: URL
  readonly offset: number
  /** True if it comes from a store of sessions. This process did not open it, and does not delete it. @default false */
  readonly isStored?: boolean
}

/** A way to upload a blob without hashing it. */
export interface DigestTrust {
  /** Has a reader take the digest of a blob as it is. */
  asHashed(blob: Content): { readonly createHasher: CreateHasher; readonly hashed: number }
  /**
   * Hashes a blob, if the registry may have refused to close its upload because of its bytes.
   *
   * @throws {DigestMismatchError} if the bytes are not the descriptor's
   */
  verifyRefused(upload: Upload, session: UploadSession | undefined, error: unknown): Promise<void>
}

/** The constants of one upload. */
export interface Upload extends UploadOptions {
  readonly registry: Registry
  readonly send: SendRequest
  readonly repository: string
  readonly blob: Content
  readonly reader: BlobReader
}
