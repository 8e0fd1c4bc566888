import { readFacts } from './image-facts.ts'
import { type Asked, readSingleImage, verifyPlatform } from './image-platform.ts'
import type { ManifestInfo } from './read-manifest.ts'

/** Reads the manifest of one platform. For a single image the config tells it; throws what `getManifest` throws. */
export async function readPlatformManifest(asked: Asked, platform: string): Promise<ManifestInfo> {
  const { registry, repository, signal } = asked
  const { isAlone, ...image } = await readSingleImage(asked, platform)
  if (isAlone)
    verifyPlatform((await readFacts(registry, repository, image.manifest, undefined, signal)).platform, platform)
  return image
}
