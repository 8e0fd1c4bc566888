import { ValidationError } from '../errors.ts'
import { showJson } from './json.ts'

/** An algorithm, a colon and lower-case hexadecimal, as `sha256:e3b0…` (image-spec § Digests). */
export type Digest = `sha256:${string}`

/** An incremental SHA-256. */
export interface Hasher {
  update(bytes: Uint8Array): void
  /**
   * The same with a part of a file, elsewhere: until it resolves, the hasher is busy.
   *
   * @returns whether it was done; if not, the bytes are still to be hashed
   */
  updateFrom?(part: Blob): Promise<boolean>
  /** The digest of all bytes so far. The hasher cannot be used after it. */
  digest(): Digest
  /** Its state as bytes, from which `CreateHasher` makes a hasher that continues. Not all can. */
  save?(): Uint8Array
}

/**
 * Starts a SHA-256: hash-wasm in `.` (JavaScript where WebAssembly is forbidden), the runtime's own in `./node`.
 *
 * @param state A state from `Hasher.save()`: the hasher continues from it, or throws if it is invalid. Hashers without
 *   `save` ignore it.
 */
export type CreateHasher = (state?: Uint8Array) => Hasher | Promise<Hasher>

const DIGEST = /^sha256:[0-9a-f]{64}$/
/** By other registered algorithms (image-spec § Registered Algorithms). */
const OTHER_DIGEST = /^(?:sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}|blake3:[0-9a-f]{64})$/

/** Tells whether a text is a digest that this package works with, strictly: digests become URLs and keys. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text)
}

/**
 * Tells whether a text is a digest by another algorithm: manifests may list such content, but it cannot be verified
 * here.
 */
export function isOtherDigest(text: unknown): boolean {
  return typeof text === 'string' && OTHER_DIGEST.test(text)
}

/**
 * Reads a digest from a text.
 *
 * @param where What holds the text, for the message: `layer 2 of manifest.json`.
 * @throws {ValidationError} unless it is `sha256:` and 64 lower-case hexadecimal digits
 */
export function parseDigest(text: unknown, where: string): Digest {
  if (isDigest(text)) return text
  throw new ValidationError(
    'REFERENCE_INVALID',
    `Cannot read the digest of ${where}: ${showJson(text)} is not "sha256:" and 64 lower-case hexadecimal digits`,
    typeof text === 'string' ? { input: text } : {},
  )
}

/** A digest for people to tell from others: its first twelve digits, as Docker shows it. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

/** The digest of bytes that are in memory. */
export async function digestOf(bytes: Uint8Array, createHasher: CreateHasher): Promise<Digest> {
  const hasher = await createHasher()
  hasher.update(bytes)
  return hasher.digest()
}
