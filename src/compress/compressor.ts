import { createSemaphore, fixed } from '../async/semaphore.ts'
import { DigestMismatchError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { Encoder } from '../runtime.ts'
import { spoolToBlob } from '../source/spool.ts'
import { attemptStore } from '../stores/attempts.ts'
import { type CompressionCache, compressionKey, parseStoredCompression, type StoredCompression } from './cache.ts'
import type { EncodingOptions } from './compress-options.ts'
import { type PackedLayer, packLayer } from './layer.ts'

/**
 * In bytes. A layer above it is on all cores already, so one at a time will do; those below it have too few blocks for
 * that.
 */
const LARGE = 16 * 1024 * 1024
/** How much of the limit a small layer takes: four are compressed at once. */
const SMALL_WEIGHT = 1 / 4

/** Called with the size of each piece that was read of a layer to compress it. */
export type OnRead = (layer: Content, bytes: number) => void

/** Compresses the layers of one push, each once and some at a time, and keeps the results until it is closed. */
export interface Compressor {
  /** Looks in the cache for what a layer was compressed to. */
  find(layer: Content, encoder: Encoder, signal?: AbortSignal): Promise<StoredCompression | undefined>
  /** Compresses a layer, and writes the result to the cache. */
  compress(layer: Content, encoder: Encoder, onRead?: OnRead, signal?: AbortSignal): Promise<StoredCompression>
  /**
   * The bytes of a layer whose result is known. Unless they are there, it is compressed when they are read
   * first.
   */
  open(layer: Content, encoder: Encoder, known: StoredCompression, onRead?: OnRead): Content['source']
  close(): Promise<void>
}

/** Options of a compressor. */
export interface CompressorOptions extends EncodingOptions {
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** Has a compressor for as long as it is used. */
export async function withCompressor<T>(
  options: CompressorOptions,
  use: (compressor: Compressor) => Promise<T>,
): Promise<T> {
  const compressor = openCompressor(options)
  try {
    return await use(compressor)
  } finally {
    await compressor.close()
  }
}

/** Opens a compressor, which has to be closed. */
export function openCompressor({ compressions, onWarning, runtime = {} }: CompressorOptions): Compressor {
  const { createHasher = createPortableHasher, spool = spoolToBlob } = runtime
  const packed = new Map<string, Promise<PackedLayer>>()
  const semaphore = createSemaphore(fixed(1))
  const cache = compressions && attemptStore(compressions, 'compressions')

  async function ask<R>(act: (cache: CompressionCache) => Promise<R>, signal?: AbortSignal): Promise<R | undefined> {
    const tell = ({ message }: Error) => onWarning?.(`The cache of compressed layers is not used: ${message}`)
    return cache?.attempt(act, { tell, signal })
  }

  async function begin(layer: Content, encoder: Encoder, onRead?: OnRead, signal?: AbortSignal): Promise<PackedLayer> {
    const leave = await semaphore(signal, () => (layer.size > LARGE ? 1 : SMALL_WEIGHT))
    let readBytes = 0
    function count(bytes: number): void {
      readBytes += bytes
      // What is left to do of it does not take all cores.
      if (readBytes === layer.size) leave()
      onRead?.(layer, bytes)
    }
    try {
      signal?.throwIfAborted()
      return await packLayer(layer, { encoder, createHasher, spool, onRead: count }, signal)
    } finally {
      leave()
    }
  }

  async function pack(layer: Content, encoder: Encoder, onRead?: OnRead, signal?: AbortSignal) {
    const key = compressionKey(layer.digest, encoder)
    const packing = packed.get(key) ?? begin(layer, encoder, onRead, signal)
    packed.set(key, packing)
    try {
      return await packing
    } catch (error) {
      // The next try starts again.
      packed.delete(key)
      throw error
    }
  }

  return {
    async find(layer, encoder, signal) {
      const key = compressionKey(layer.digest, encoder)
      return parseStoredCompression(await ask((cache) => cache.get(key), signal))
    },

    async compress(layer, encoder, onRead, signal) {
      const { digest, source } = await pack(layer, encoder, onRead, signal)
      const made = { digest, size: source.size }
      await ask((cache) => cache.set(compressionKey(layer.digest, encoder), made), signal)
      return made
    },

    open(layer, encoder, { digest, size }, onRead) {
      return {
        size,
        async read(start, end, signal) {
          const { digest: actual, source } = await pack(layer, encoder, onRead, signal)
          if (actual === digest) return source.read(start, end, signal)
          await ask((cache) => cache.delete(compressionKey(layer.digest, encoder)), signal)
          throw outdated(layer.digest, encoder, digest, actual)
        },
      }
    },

    async close() {
      const all = await Promise.allSettled(packed.values())
      for (const layer of all) if (layer.status === 'fulfilled') await layer.value.source.close()
    },
  }
}

function outdated(layer: Digest, { name }: Encoder, expected: Digest, actual: Digest): DigestMismatchError {
  return new DigestMismatchError(
    'DIGEST_MISMATCH',
    `Cannot use layer ${layer}: compressed by ${name} it is ${actual}, not ${expected} as the cache or the plan says`,
    { remedy: 'try again, with a new plan if there is one; the entry of the cache is removed', expected, actual },
  )
}
