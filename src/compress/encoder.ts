import type { ByteStream } from '../source/stream.ts'

/** Every engine reads gzip. Engines since 2021 read zstd. */
export type CompressionFormat = 'gzip' | 'zstd'

/** Compresses layers. The same bytes give the same output, in whatever pieces they come. */
export interface Encoder {
  readonly format: CompressionFormat
  readonly level: number
  /** What decides the output beside format and level: the library and its version, as in `fflate 0.8.3` and `zstd 1.5.7`. */
  readonly name: string
  /** Reads the stream as its own output is read. */
  encode(bytes: ByteStream): AsyncGenerator<Uint8Array>
  /** Whether it keeps no piece of the stream after it asks for the next one. Then all pieces may use the same memory. @default false */
  readonly copiesPieces?: boolean
}

/**
 * Makes an encoder.
 *
 * @param level In the numbers of the format: the higher, the smaller and slower. @default the encoder's
 * @throws {RangeError} if there is no such level
 * @throws {RegistryError} if the runtime has no such encoder
 */
export type CreateEncoder = (format: CompressionFormat, level?: number) => Encoder | Promise<Encoder>

/** @throws {RangeError} if there is no such level */
export function checkLevel(level: number, [lowest, highest]: readonly [number, number]): number {
  if (Number.isInteger(level) && level >= lowest && level <= highest) return level
  throw new RangeError(`Cannot compress: level has to be a whole number from ${lowest} to ${highest}, not ${level}`)
}
