import type { CreateHashWorker } from './hash/workers.ts'
import type { CreateHasher } from './oci/digest.ts'
import type { Spool } from './source/spool.ts'
import type { ByteStream } from './source/stream.ts'

/** Every engine reads gzip. Engines since 2021 read zstd. */
export type CompressionFormat = 'gzip' | 'zstd'

/** Compresses layers. The same bytes give the same output, in whatever pieces they come. */
export interface Encoder {
  readonly format: CompressionFormat
  readonly level: number
  /**
   * The library and its version, as in `fflate 0.8.3` and `zstd 1.5.7`. With format and level it decides the output.
   */
  readonly name: string
  /** Reads the stream as its own output is read. */
  encode(bytes: ByteStream): AsyncGenerator<Uint8Array>
  /**
   * True if it keeps no piece of the stream after it asks for the next one. Then all pieces may use the same memory.
   * @default false
   */
  readonly copiesPieces?: boolean
}

/**
 * Makes an encoder.
 *
 * @param level In the numbers of the format: the higher, the smaller and slower. @default the encoder's
 * @throws {RangeError} if the level is out of range
 * @throws {RegistryError} if the runtime has no such encoder
 */
export type CreateEncoder = (format: CompressionFormat, level?: number) => Encoder | Promise<Encoder>

/** Makes the body of a request from its bytes, in the way that suits the runtime. */
export type CreateBody = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | Blob

/** Makes the body of a request from a whole blob, of any size. */
export type CreateStreamBody = (stream: ByteStream) => Promise<Blob> | ReadableStream<Uint8Array>

/**
 * How a JavaScript runtime hashes, compresses, stores and sends bytes. Each entry has one: `.` uses what every runtime
 * has, `./node` what Node, Deno and Bun do faster. Few programs need to change it.
 */
export interface Runtime {
  /** The SHA-256 to use. @default hash-wasm; in `./node` the runtime's own, which is several times faster */
  readonly createHasher: CreateHasher
  /**
   * Starts the Workers that hash a file's larger parts in a page, with the script `registry-api-v2-client/hash-worker`;
   * `false` hashes all on the thread that pushes. @default Workers of a Blob URL; on the thread where the page's
   * content security policy forbids them
   */
  readonly hashWorkers: CreateHashWorker
  /**
   * Compresses layers. `createPortableEncoder` gives the same bytes on every runtime.
   * @default `createPortableEncoder`; in `./node` the runtime's own zlib, several times faster, whose bytes depend on
   *   its version
   */
  readonly createEncoder: CreateEncoder
  /**
   * Stores what cannot be read in place: streams, packed archives, compressed layers. @default a `Blob`; in `./node` a
   * temporary file
   */
  readonly spool: Spool
  /**
   * Makes bytes the body of a request.
   * @default in a `Blob`: Chromium sends bare bytes slowly while its DevTools listen. In `./node` bare, since a `Blob`
   *   is a second copy.
   */
  readonly createBody: CreateBody
  /**
   * Makes a chunk of more than 512 KiB, or a whole blob, the body of a request.
   * @default in a `Blob`, which the browser keeps on the disk. In `./node` as a stream.
   */
  readonly createStreamBody: CreateStreamBody
  /**
   * True if chunks go through `createStreamBody` piece by piece, so that their size costs no memory. `false` holds them
   * in memory as they are, and `chunkSize` stays what it is. @default `true`, unless `createBody` or `createStreamBody`
   * is given
   */
  readonly streamsChunks: boolean
  /**
   * True if the pieces of a stream are read into the same few buffers in turn, which saves time and memory. That takes
   * a runtime whose `fetch` has sent a piece when it asks for the next; where the registry's handle has a `fetch` of
   * its own, each piece has its own buffer.
   * @default `false`; in `./node` `true`, as long as `fetch` is Node's own
   */
  readonly reusesPieces: boolean
}

/** Options of all that reads, hashes, compresses or sends bytes. */
export interface RuntimeOptions {
  /** Replaces parts of the runtime. @default that of the entry: `.` or `./node` */
  readonly runtime?: { readonly [Part in keyof Runtime]?: Runtime[Part] | undefined } | undefined
}
