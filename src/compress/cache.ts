import { type Digest, isDigest } from '../oci/digest.ts'
import { isJsonObject } from '../oci/json.ts'
import type { Encoder } from '../runtime.ts'

/** A compressed layer in a compression cache: plain JSON. */
export interface StoredCompression {
  /** Of the compressed layer. */
  readonly digest: Digest
  /** Of the compressed layer, in bytes. */
  readonly size: number
}

/**
 * A compression cache. It maps a layer to its compressed form, so that a push knows the digest without compressing. Who
 * can write into it decides what blob of the registry a pushed image names as its layer. Its methods may fail: a push
 * reports it by `onWarning`, and continues without the cache.
 */
export interface CompressionCache {
  get(key: string): Promise<StoredCompression | undefined>
  set(key: string, compression: StoredCompression): Promise<void>
  delete(key: string): Promise<void>
}

/** Returns the key of a layer in a compression cache: its diff ID, and all that decides the compressed bytes. */
export function compressionKey(
  diffId: Digest,
  { format, level, name }: Pick<Encoder, 'format' | 'level' | 'name'>,
): string {
  return `${diffId} ${format} ${level} ${name}`
}

/** Parses a value of a cache, which may be damaged. Returns `undefined` if it is not a compressed layer. */
export function parseStoredCompression(value: unknown): StoredCompression | undefined {
  if (!isJsonObject(value) || !isDigest(value.digest)) return undefined
  if (!Number.isSafeInteger(value.size) || (value.size as number) <= 0) return undefined
  return { digest: value.digest, size: value.size as number }
}

/**
 * Makes a compression cache in memory, for as long as the process or the page lives.
 *
 * @returns the cache, for the option `compressions` of a push.
 * @example
 * ```ts
 * import { memoryCompressions, pushDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const options = { compress: 'gzip', compressions: memoryCompressions() } as const
 * const digest = await pushDockerTar(file, 'https://registry.example.com', 'team/app', 'v7', options)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function memoryCompressions(): CompressionCache {
  const known = new Map<string, StoredCompression>()
  return {
    get: async (key) => known.get(key),
    async set(key, compression) {
      known.set(key, compression)
    },
    async delete(key) {
      known.delete(key)
    },
  }
}
