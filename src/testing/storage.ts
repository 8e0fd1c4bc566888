import type { Digest } from '../oci/digest.ts'
import { Refusal } from './answers.ts'

/** A manifest, with the bytes and media type that it was pushed with. */
export interface StoredManifest {
  readonly mediaType: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** An open upload. */
export interface Upload {
  readonly id: string
  readonly repository: string
  readonly chunks: Uint8Array[]
  /** The size of all chunks in bytes. */
  size: number
  /** True if a chunk had a `Content-Range`. */
  isRanged: boolean
  /** True if the newest chunk is smaller than the minimum, so that it must be the last. */
  endsShort: boolean
  /** True if another chunk followed one that is smaller than the minimum. */
  hasShortChunk: boolean
}

/** The contents of one repository. */
export interface Repository {
  readonly blobs: Map<Digest, Uint8Array<ArrayBuffer>>
  readonly manifests: Map<Digest, StoredManifest>
  readonly tags: Map<string, Digest>
}

/** The contents of the registry, in memory. */
export interface Storage {
  readonly repositories: Map<string, Repository>
  readonly uploads: Map<string, Upload>
}

export function createStorage(): Storage {
  return { repositories: new Map(), uploads: new Map() }
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

/** Returns a repository for writing; creates it if it does not exist. */
export function openRepository({ repositories }: Storage, name: string): Repository {
  const repository = repositories.get(name) ?? { blobs: new Map(), manifests: new Map(), tags: new Map() }
  repositories.set(name, repository)
  return repository
}
