import { loaded } from '../async/lazy.ts'
import type { Compressor } from '../compress/compressor.ts'
import type { CompressedPushes, CompressingOptions, LayerHandling } from './compress-layers.ts'
import type { ImagePush } from './plan/needs.ts'

/**
 * Compresses the layers of a push if there is a compressor. Its code loads only then. Returns and throws what
 * `compressPushes` does.
 */
export async function compressIfAsked(
  pushes: readonly ImagePush[],
  compressor: Compressor | undefined,
  options: CompressingOptions,
  handling: LayerHandling,
): Promise<CompressedPushes> {
  if (!compressor) return { pushes, compressions: new Map(), known: options.held }
  const { compressPushes } = await loaded(import('./compress-layers.ts'), options.signal)
  return compressPushes(pushes, compressor, options, handling)
}
