import { checkLevel } from '../../compress/encoder.ts'
import { createZstdEncoder } from '../../compress/zstd-encoder.ts'
import type { CompressionFormat, Encoder } from '../../runtime.ts'
import { compressGzip } from './native-gzip.ts'
import { NATIVE_ZSTD } from './native-zstd.ts'

/** As fast as skopeo, and as small: docs/compression.md has the figures. */
const GZIP_LEVEL = 4

/**
 * Makes an encoder that works on all cores. gzip comes from the zlib of the runtime, and its bytes depend on that zlib and its version. zstd comes from the runtime
 * if that has zstd 1.5.7, otherwise from WebAssembly: the bytes are the same.
 *
 * @throws {RangeError} if there is no such level
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

/** Each runtime has its own zlib, whose bytes may also depend on the processor. */
function nameOfZlib(): string {
  const { zlib, bun, deno } = process.versions
  const runtime = bun ? `bun ${bun}` : deno ? `deno ${deno}` : 'node'
  return `${runtime} zlib ${zlib} ${process.arch}`
}
