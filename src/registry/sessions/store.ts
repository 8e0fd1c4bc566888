import { type Digest, isDigest } from '../../oci/digest.ts'
import { isJsonObject, type JsonObject } from '../../oci/json.ts'
import { isRepository } from '../../oci/reference.ts'
import type { UploadProfile } from '../profile.ts'
import { locateRepository } from '../repository.ts'

/** An upload that can be continued, as a store keeps it: plain data, as in JSON. */
export interface StoredSession {
  readonly version: 1
  /** The registry's base URL. */
  readonly registry: string
  readonly repository: string
  readonly digest: Digest
  /** Of the blob, in bytes. */
  readonly size: number
  /**
   * Where the upload continues: below the repository's own `blobs/uploads/`. Who has it, and may push there, can meddle
   * with the upload: a secret.
   */
  readonly location: string
  /** How many bytes of the blob the registry has taken. */
  readonly offset: number
  /**
   * The hasher's state after these bytes, in base64. Nothing if it cannot be saved: then they are read and hashed
   * again.
   */
  readonly hashState?: string | undefined
  /**
   * The limits of the registry, which it states only when an upload is opened. Without `maxChunkSize` any size is
   * accepted.
   */
  readonly limits: Pick<UploadProfile, 'minChunkSize' | 'closesEmpty'> & { readonly maxChunkSize?: number | undefined }
  /** How many pushes in a row took it up and failed without bringing in a byte. */
  readonly stalls: number
  /** In milliseconds since 1970. */
  readonly savedAt: number
}

/**
 * Where uploads that are under way are kept, so that another process, or the page after a reload, continues them. Its
 * methods may fail: the push reports it, and continues without the store.
 */
export interface SessionStore {
  get(key: string): Promise<StoredSession | undefined>
  set(key: string, session: StoredSession): Promise<void>
  delete(key: string): Promise<void>
  /** All sessions, for `listUnfinishedUploads`. A push does not need it. */
  list?(): Promise<readonly StoredSession[]>
}

/** In milliseconds. distribution removes uploads that were opened a week ago (`uploadpurging`: 168 h). */
const MAX_AGE = 7 * 24 * 60 * 60 * 1000

/** Returns the key of a session in a store. */
export function sessionKey({ registry, repository, digest }: Omit<Wanted, 'size'>): string {
  return `${registry} ${repository} ${digest}`
}

/** The upload that is looked for. */
type Wanted = Pick<StoredSession, 'registry' | 'repository' | 'digest' | 'size'>

/** Tells whether a session is of this very blob, for this very place. */
export function isOf(stored: StoredSession, { registry, repository, digest, size }: Wanted): boolean {
  return (
    stored.registry === registry && stored.repository === repository && stored.digest === digest && stored.size === size
  )
}

/**
 * Parses a value of a store, which may be damaged or too old. Returns `undefined` if it is not a session to continue
 * with.
 */
export function parseStoredSession(value: unknown): StoredSession | undefined {
  if (!isJsonObject(value) || value.version !== 1 || !isDigest(value.digest)) return undefined
  const { registry, repository, location, hashState } = value
  if (!isUploadLocation(location, { registry, repository })) return undefined
  if (hashState !== undefined && typeof hashState !== 'string') return undefined
  if (!hasSizes(value) || !hasLimits(value.limits) || !isFresh(value.savedAt)) return undefined
  return value as unknown as StoredSession
}

/** The last part of an upload's path. Without an escape it cannot mean another path to a proxy or a registry. */
const UPLOAD_ID = /^[^/%\\]+$/

/**
 * Tells whether a location is that of an upload of this repository: on the registry's own origin, one segment below the
 * repository's `blobs/uploads/` (distribution-spec § Pushing a blob in chunks; GHCR has `blobs/upload/`). Whoever
 * writes into a store could otherwise choose what is read, put and deleted with the rights of the user who pushes.
 */
export function isUploadLocation(
  location: unknown,
  { registry, repository }: { readonly registry: unknown; readonly repository: unknown },
): boolean {
  if (typeof location !== 'string' || typeof registry !== 'string' || !isRepository(repository)) return false
  if (!URL.canParse(location) || !URL.canParse(registry)) return false
  const base = new URL(registry)
  const { origin, username, password, pathname, hash } = new URL(location)
  if (origin !== base.origin || username !== '' || password !== '' || hash !== '') return false
  const { path } = locateRepository(registry, repository)
  return ['uploads', 'upload'].some((folder) => {
    const start = new URL(`${path}blobs/${folder}/`, base).pathname
    return pathname.startsWith(start) && UPLOAD_ID.test(pathname.slice(start.length))
  })
}

function hasSizes({ size, offset, stalls }: JsonObject): boolean {
  return isNatural(size) && isNatural(offset) && isNatural(stalls) && offset > 0 && offset <= size
}

function hasLimits(limits: unknown): boolean {
  if (!isJsonObject(limits) || typeof limits.closesEmpty !== 'boolean') return false
  const { minChunkSize, maxChunkSize = 1 } = limits
  return isNatural(minChunkSize) && isNatural(maxChunkSize) && maxChunkSize > 0
}

/** One from the future is of a clock that nobody knows. */
function isFresh(savedAt: unknown): boolean {
  return isNatural(savedAt) && Math.abs(Date.now() - savedAt) < MAX_AGE
}

function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
