import type { Digest } from '../oci/digest.ts'
import { Refusal } from './answers.ts'

/** Bytes that the registry has, such as a blob. */
export interface StoredBytes {
  readonly size: number
  /** Reads the bytes from `start` to `end`. The reader must not change the pieces. */
  pieces(start: number, end: number): AsyncIterable<Uint8Array>
}

/** The body of a request. It is not part of the content yet. */
export interface Body extends StoredBytes {
  /** Returns all bytes, for small bodies. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  /** Frees what holds the bytes, unless an upload has taken them over. */
  discard(): Promise<void>
}

/** A manifest, with the media type that it was pushed with. */
export interface StoredManifest {
  readonly mediaType: string
  readonly size: number
  bytes(): Promise<Uint8Array<ArrayBuffer>>
}

/** The bytes of an open upload. */
export interface UploadBytes {
  /** Adds a body at the end. */
  append(body: Body): Promise<void>
  /** The digest of all bytes. */
  digest(): Promise<Digest>
  /** Makes the bytes a blob of the upload's repository, and closes the upload. */
  keepAs(digest: Digest): Promise<void>
}

/** An open upload. */
export interface Upload {
  readonly id: string
  readonly repository: string
  readonly bytes: UploadBytes
  /** The size of all chunks in bytes. */
  size: number
  /** The sizes of the first and the newest chunk in bytes. */
  firstChunk: number
  newestChunk: number
  /** True if a chunk had a `Content-Range`. */
  isRanged: boolean
  /** True if the newest chunk is smaller than the minimum, so that it must be the last. */
  endsShort: boolean
  /** True if another chunk followed one that is smaller than the minimum. */
  hasShortChunk: boolean
  /** The time of the latest request, as `Date.now()` gives it. */
  usedAt: number
  /** Settles when the requests so far have ended. Requests of one upload are processed one after the other. */
  queue: Promise<unknown>
}

/** The content of one repository. What changes it resolves when the change is permanent. */
export interface Repository {
  readonly manifests: ReadonlyMap<Digest, StoredManifest>
  readonly tags: ReadonlyMap<string, Digest>
  findBlob(digest: Digest): Promise<StoredBytes | undefined>
  /** Returns false if the repository does not have the blob. */
  deleteBlob(digest: Digest): Promise<boolean>
  /** Stores a manifest and sets tags to it, all at once. */
  putManifest(digest: Digest, mediaType: string, bytes: Uint8Array<ArrayBuffer>, tags: readonly string[]): Promise<void>
  /** Deletes a manifest with all its tags. */
  deleteManifest(digest: Digest): Promise<void>
  deleteTag(tag: string): Promise<void>
}

/** The content of the registry: in memory, or in a folder. */
export interface Storage {
  readonly repositories: ReadonlyMap<string, Repository>
  readonly uploads: ReadonlyMap<string, Upload>
  /** Receives the body of a request. */
  receive(pieces: AsyncIterable<Uint8Array>): Promise<Body>
  /** Returns a repository for writing; creates it if it does not exist. */
  openRepository(name: string): Promise<Repository>
  openUpload(repository: string): Promise<Upload>
  /** Deletes an upload that is open. */
  deleteUpload(id: string): Promise<void>
  /** Adds a blob of one repository to another. Returns false if the first does not have it. */
  mountBlob(digest: Digest, from: string, to: string): Promise<boolean>
}

/** The time in milliseconds after which an upload that nobody uses is deleted. */
export const MAX_UPLOAD_AGE = 24 * 60 * 60 * 1000

/** Creates the state of an upload. An upload that is continued has bytes already. */
export function newUpload(id: string, repository: string, bytes: UploadBytes, size = 0, usedAt = Date.now()): Upload {
  return {
    ...{ id, repository, bytes, size, usedAt },
    ...{ firstChunk: size, newestChunk: size, isRanged: false, endsShort: false, hasShortChunk: false },
    queue: Promise.resolve(),
  }
}

/** Deletes the uploads that nobody has used for long. */
export async function deleteOldUploads(storage: Storage): Promise<void> {
  const oldest = Date.now() - MAX_UPLOAD_AGE
  for (const { id, usedAt } of storage.uploads.values()) if (usedAt < oldest) await storage.deleteUpload(id)
}

/**
 * Returns a repository for reading.
 *
 * @throws {Refusal} if it does not exist
 */
export function findRepository({ repositories }: Storage, name: string): Repository {
  const repository = repositories.get(name)
  if (!repository) throw new Refusal(404, 'NAME_UNKNOWN', `repository ${name} is not known`)
  return repository
}
