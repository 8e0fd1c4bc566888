import { type CompressionFormat, checkLevel, type Encoder } from '../compress/encoder.ts'
import { createZstdEncoder } from '../compress/zstd.ts'
import { compressGzip } from './gzip.ts'
import { NATIVE_ZSTD } from './zstd.ts'

/** In the time of skopeo, and as small as what that makes: docs/compression.md has the figures. */
const GZIP_LEVEL = 4

/**
 * Makes an encoder that works on all cores: for gzip the runtime's own zlib, whose bytes depend on which zlib that is, and in which version; for zstd the
 * portable one in threads, or the runtime's where that is the same version: the bytes are the same.
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

/** Runtimes have each a zlib of their own, and what that makes may also depend on the processor. */
function nameOfZlib(): string {
  const { zlib, bun, deno } = process.versions
  const runtime = bun ? `bun ${bun}` : deno ? `deno ${deno}` : 'node'
  return `${runtime} zlib ${zlib} ${process.arch}`
}
