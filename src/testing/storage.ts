import type { Digest } from '../oci/digest.ts'
import { Refusal } from './answers.ts'

/** A manifest as it was put. */
export interface StoredManifest {
  readonly mediaType: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** An upload that is under way. */
export interface Upload {
  readonly id: string
  readonly repository: string
  readonly chunks: Uint8Array[]
  /** In bytes, of all chunks. */
  size: number
  /** Whether a chunk had a `Content-Range`. */
  isRanged: boolean
  /** Whether the newest chunk has fewer bytes than a chunk has to have: then it should be the last. */
  endsShort: boolean
  /** Whether more came after such a chunk. */
  hasShortChunk: boolean
}

/** What one repository holds. */
export interface Repository {
  readonly blobs: Map<Digest, Uint8Array<ArrayBuffer>>
  readonly manifests: Map<Digest, StoredManifest>
  readonly tags: Map<string, Digest>
}

/** All that the registry holds, in memory. */
export interface Storage {
  readonly repositories: Map<string, Repository>
  readonly uploads: Map<string, Upload>
}

export function createStorage(): Storage {
  return { repositories: new Map(), uploads: new Map() }
}

/** The repository of this name, for reading. */
export function findRepository({ repositories }: Storage, name: string): Repository {
  const repository = repositories.get(name)
  if (!repository) throw new Refusal(404, 'NAME_UNKNOWN', `repository ${name} is not known`)
  return repository
}

/** The repository of this name, for writing: made when it is first written to. */
export function openRepository({ repositories }: Storage, name: string): Repository {
  const repository = repositories.get(name) ?? { blobs: new Map(), manifests: new Map(), tags: new Map() }
  repositories.set(name, repository)
  return repository
}
