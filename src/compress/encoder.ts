import type { ByteStream } from '../source/stream.ts'

/** What a layer may be compressed with: gzip is read by every engine, zstd by those of 2021 and later. */
export type CompressionFormat = 'gzip' | 'zstd'

/** Compresses layers. The same bytes in give the same bytes out, however they come in pieces. */
export interface Encoder {
  readonly format: CompressionFormat
  readonly level: number
  /** What decides the bytes beside format and level: who encodes, in which version. `fflate 0.8`, `node:zlib 1.3.1`. */
  readonly name: string
  /** Reads a stream to its end as it is itself read. */
  encode(bytes: ByteStream): AsyncGenerator<Uint8Array>
  /** Whether it is done with each piece of the stream when it asks for the next, so that all may come in the same memory. @default false */
  readonly copiesPieces?: boolean
}

/**
 * Makes an encoder.
 *
 * @param level From little to much work, in the format's own numbers. @default the encoder's
 * @throws {RangeError} if there is no such level
 * @throws {RegistryError} if the runtime has no such encoder
 */
export type CreateEncoder = (format: CompressionFormat, level?: number) => Encoder | Promise<Encoder>

/** @throws {RangeError} if there is no such level */
export function checkLevel(level: number, [lowest, highest]: readonly [number, number]): number {
  if (Number.isInteger(level) && level >= lowest && level <= highest) return level
  throw new RangeError(`Cannot compress: level has to be a whole number from ${lowest} to ${highest}, not ${level}`)
}
