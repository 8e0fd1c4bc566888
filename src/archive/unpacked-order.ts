import type { Image } from '../images/image.ts'
import { diffIdOf } from './diff-id.ts'
import { type Reading, reportedLayer } from './reading.ts'

/**
 * Tells whether the layers of an image are those of its config's diff IDs, and in their order. Compressed layers are
 * unpacked for it, to the end.
 *
 * @throws {TarReadError} if a layer cannot be unpacked, or goes over a limit
 */
export async function fitsConfig(reading: Reading, { layers, configuration }: Image): Promise<boolean> {
  const diffIds = configuration?.diffIds ?? []
  for (const [position, { digest, source }] of layers.entries()) {
    if (!source || digest === diffIds[position]) continue
    if ((await diffIdOf(reportedLayer(source, reading), reading)) !== diffIds[position]) return false
  }
  return layers.length === diffIds.length
}
