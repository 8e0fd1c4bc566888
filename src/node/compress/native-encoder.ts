import { checkLevel } from '../../compress/encoder.ts'
import { createPortableEncoder } from '../../compress/portable.ts'
import { createZstdEncoder } from '../../compress/zstd-encoder.ts'
import type { CompressionFormat, Encoder } from '../../runtime.ts'
import { compressGzip } from './native-gzip.ts'
import { NATIVE_ZSTD } from './native-zstd.ts'

/** The default level, which matches skopeo in speed and size (figures in docs/compression.md). */
const GZIP_LEVEL = 4

/**
 * Creates an encoder that uses all cores. gzip uses the runtime's zlib, and its bytes depend on that zlib and its
 * version. zstd uses the runtime's zstd if it is version 1.5.7, otherwise WebAssembly. Both produce the same bytes.
 *
 * @throws {RangeError} if the level is out of range
 * @throws {RegistryError} if zstd does not load
 */
export async function createNativeEncoder(format: CompressionFormat, level?: number): Promise<Encoder> {
  if (format === 'zstd') return { ...(await createZstdEncoder(level, NATIVE_ZSTD)), copiesPieces: true }
  const checked = checkLevel(level ?? GZIP_LEVEL, [1, 9])
  return {
    format,
    level: checked,
    name: nameOfZlib(),
    encode: (bytes) => compressGzip(bytes, checked),
    copiesPieces: true,
  }
}

/**
 * Creates an encoder that writes the same bytes on every runtime: with the runtime's zstd, or the portable gzip.
 *
 * @throws {RangeError} if the level is out of range
 * @throws {RegistryError} if zstd does not load
 */
export async function createReproducibleEncoder(format: CompressionFormat, level?: number): Promise<Encoder> {
  return format === 'zstd' ? createNativeEncoder(format, level) : createPortableEncoder(format, level)
}

/** Names the runtime's zlib. Each runtime has its own, and its bytes may also depend on the processor. */
function nameOfZlib(): string {
  const { zlib, bun, deno } = process.versions
  const runtime = bun ? `bun ${bun}` : deno ? `deno ${deno}` : 'node'
  return `${runtime} zlib ${zlib} ${process.arch}`
}
