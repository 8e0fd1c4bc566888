import { loaded } from '../async/lazy.ts'
import type { Compressor, CompressorOptions } from './compressor.ts'

/** Lends a compressor if there is something to compress, and closes it afterwards. Its code loads only then. */
export async function withCompressorIf<T>(
  isNeeded: boolean,
  options: CompressorOptions & { readonly signal?: AbortSignal | undefined },
  use: (compressor: Compressor | undefined) => Promise<T>,
): Promise<T> {
  if (!isNeeded) return use(undefined)
  const { withCompressor } = await loaded(import('./compressor.ts'), options.signal)
  return withCompressor(options, use)
}
