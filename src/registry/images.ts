import { loaded } from '../load.ts'
import type { ImageInfo } from './image-info.ts'
import { type RegistryInput, toRegistry } from './registry.ts'

/**
 * Reads an image's manifest and config, and tells what they say.
 *
 * @param reference A tag or a digest.
 * @param options.platform Of an index, the image to tell about, as `linux/arm64` or `linux/arm64/v8`; a single image has to
 *   be of it. @default whatever the reference names
 * @throws {ValidationError} if there is no such platform. Else throws what `getManifest` throws.
 */
export async function getImageInfo(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: { platform?: string; signal?: AbortSignal } = {},
): Promise<ImageInfo> {
  const { readImageInfo } = await loaded(import('./image-info.ts'))
  return readImageInfo(toRegistry(registry), repository, reference, options)
}
