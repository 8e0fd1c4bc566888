import { loaded } from '../load.ts'
import type { Compressor, CompressorOptions } from './compressor.ts'

/** Has a compressor for as long as it is used, if there is anything to compress: what compresses loads no earlier. */
export async function withCompressorIf<T>(
  isNeeded: boolean,
  options: CompressorOptions & { readonly signal?: AbortSignal | undefined },
  use: (compressor: Compressor | undefined) => Promise<T>,
): Promise<T> {
  if (!isNeeded) return use(undefined)
  const { withCompressor } = await loaded(import('./compressor.ts'), options.signal)
  return withCompressor(options, use)
}
