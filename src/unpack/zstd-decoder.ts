import { RegistryError, TarReadError } from '../errors.ts'
import { inPieces } from '../source/pieces.ts'
import type { ByteStream } from '../source/stream.ts'

/** The size of the largest piece that is unpacked at once, in bytes. */
const PIECE = 64 * 1024
/** A buffer of zstd is a pointer, a size and a position, each of 32 bits. */
const BUFFER = 12

/** The functions of zstd in WebAssembly. Pointers are offsets in its memory. */
interface Zstd {
  readonly memory: { readonly buffer: ArrayBuffer }
  malloc(size: number): number
  free(pointer: number): void
  ZSTD_createDCtx(): number
  ZSTD_freeDCtx(context: number): number
  ZSTD_DStreamOutSize(): number
  /** @returns 0 at the end of a frame, a negative number if the data are damaged */
  ZSTD_decompressStream(context: number, output: number, input: number): number
}

/**
 * Unpacks Zstandard (RFC 8878) with a WebAssembly decoder, which is loaded on first use. It supports windows of up to
 * 128 MiB.
 *
 * @throws {TarReadError} if the data are damaged or cut short
 */
export async function* unpackZstd(packed: ByteStream): AsyncGenerator<Uint8Array> {
  const zstd = await loadZstd()
  const outputSize = zstd.ZSTD_DStreamOutSize()
  const context = zstd.ZSTD_createDCtx()
  const memory = zstd.malloc(2 * BUFFER + PIECE + outputSize)
  const [input, output] = [memory, memory + BUFFER]
  const packedBytes = output + BUFFER
  const unpackedBytes = packedBytes + PIECE
  let rest = 0

  function* unpack(piece: Uint8Array): Generator<Uint8Array> {
    new Uint8Array(zstd.memory.buffer).set(piece, packedBytes)
    new Uint32Array(zstd.memory.buffer, input, 3).set([packedBytes, piece.byteLength, 0])
    for (;;) {
      new Uint32Array(zstd.memory.buffer, output, 3).set([unpackedBytes, outputSize, 0])
      rest = zstd.ZSTD_decompressStream(context, output, input)
      if (rest < 0) throw damaged()
      // The memory may have grown, which detaches its buffer.
      const positionOf = (buffer: number) => new Uint32Array(zstd.memory.buffer, buffer, 3)[2] ?? 0
      const size = positionOf(output)
      if (size > 0) yield new Uint8Array(zstd.memory.buffer, unpackedBytes, size).slice()
      // A full output may have more behind it, except at the end of a frame.
      if (positionOf(input) === piece.byteLength && (size < outputSize || rest === 0)) return
    }
  }

  try {
    for await (const piece of inPieces(packed, PIECE)) yield* unpack(piece)
    if (rest !== 0) throw damaged()
  } finally {
    zstd.free(memory)
    zstd.ZSTD_freeDCtx(context)
  }
}

let loading: Promise<Zstd> | undefined

function loadZstd(): Promise<Zstd> {
  loading ??= instantiate().catch((cause) => {
    loading = undefined
    throw new RegistryError('PART_NOT_LOADED', 'Cannot unpack the archive: the zstd decoder does not load', {
      remedy: "a page's content security policy must allow 'wasm-unsafe-eval'",
      cause,
    })
  })
  return loading
}

async function instantiate(): Promise<Zstd> {
  const { ZSTD_WASM } = await import('./zstd-wasm.ts')
  const bytes = Uint8Array.from(atob(ZSTD_WASM), (character) => character.charCodeAt(0))
  const { instance } = await WebAssembly.instantiate(bytes, { env: { emscripten_notify_memory_growth() {} } })
  return instance.exports as unknown as Zstd
}

function damaged(): TarReadError {
  return new TarReadError(
    'ARCHIVE_DAMAGED',
    'Cannot unpack the archive: its zstd data are damaged, cut short, or packed with a window above 128 MiB',
    { remedy: 'save or download it again, or unpack it first' },
  )
}
