import { DigestMismatchError } from '../errors.ts'
import type { Content } from '../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { spoolToBlob } from '../source/spool.ts'
import { compressionKey, parseStoredCompression, type StoredCompression } from './cache.ts'
import type { Encoder } from './encoder.ts'
import { type PackedLayer, packLayer } from './layer.ts'
import type { EncodingOptions } from './options.ts'

/** Compresses the layers of one push, each once, and keeps what comes of them until it is closed. */
export interface Compressor {
  /**
   * Finds out what comes of a layer: asks the cache, or compresses it.
   *
   * @param onRead Called with the sizes of what was read of it.
   */
  resolve(
    layer: Content,
    encoder: Encoder,
    onRead: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<StoredCompression>
  /** The bytes of a layer of which is known what comes of it. Unless they are there, it is compressed when they are read first. */
  open(layer: Content, encoder: Encoder, known: StoredCompression): Content['source']
  close(): Promise<void>
}

/** What a compressor is made of. */
export interface CompressorOptions extends EncodingOptions {
  readonly createHasher?: CreateHasher | undefined
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** Has a compressor for as long as it is used. */
export async function withCompressor<T>(
  options: CompressorOptions,
  use: (compressor: Compressor) => Promise<T>,
): Promise<T> {
  const compressor = createCompressor(options)
  try {
    return await use(compressor)
  } finally {
    await compressor.close()
  }
}

function createCompressor({ compressions, onWarning, ...options }: CompressorOptions): Compressor {
  const { createHasher = createWasmHasher, spool = spoolToBlob } = options
  const packed = new Map<string, Promise<PackedLayer>>()
  let cache = compressions

  /** A cache that fails once is let alone from then on. */
  async function ask<R>(act: (cache: NonNullable<typeof compressions>) => Promise<R>): Promise<R | undefined> {
    try {
      return cache && (await act(cache))
    } catch (error) {
      if (cache)
        onWarning?.(`The cache of compressed layers is not used: ${error instanceof Error ? error.message : error}`)
      cache = undefined
      return undefined
    }
  }

  async function pack(layer: Content, encoder: Encoder, signal?: AbortSignal, onRead?: (bytes: number) => void) {
    const key = compressionKey(layer.digest, encoder)
    const packing = packed.get(key) ?? packLayer(layer, { encoder, createHasher, spool, onRead }, signal)
    packed.set(key, packing)
    try {
      return await packing
    } catch (error) {
      // Who tries again shall begin anew.
      packed.delete(key)
      throw error
    }
  }

  return {
    async resolve(layer, encoder, onRead, signal) {
      const key = compressionKey(layer.digest, encoder)
      const stored = parseStoredCompression(await ask((cache) => cache.get(key)))
      if (stored) return stored
      const { digest, source } = await pack(layer, encoder, signal, onRead)
      const made = { digest, size: source.size }
      await ask((cache) => cache.set(key, made))
      return made
    },

    open(layer, encoder, { digest, size }) {
      return {
        size,
        async read(start, end, signal) {
          const { digest: actual, source } = await pack(layer, encoder, signal)
          if (actual === digest) return source.read(start, end, signal)
          await ask((cache) => cache.delete(compressionKey(layer.digest, encoder)))
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
    `Cannot push layer ${layer}: compressed by ${name} it is ${actual}, not ${expected} as the cache or the plan says; plan and push again, what the cache said is dropped`,
    { expected, actual },
  )
}
