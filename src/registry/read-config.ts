import type { ImageConfig } from '../images/image.ts'
import { type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { getBlob } from './blobs.ts'
import { MAX_CONFIG, parseConfig, platformIn } from './image-facts.ts'
import { type Asked, readSingleImage, verifyPlatform } from './image-platform.ts'

/** The config of an image as a registry gave it: its descriptor, its bytes, and what they say. */
export interface ConfigInfo extends Descriptor {
  /** To the letter: the digest is theirs. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The parsed config. Absent for an artifact, whose config is of another kind. */
  readonly configuration: ImageConfig | undefined
  /** The manifest that lists it. Of an index, that of the chosen image. */
  readonly manifest: Descriptor
}

/** Reads the config of one image; throws what `getConfig` throws. */
export async function readConfigOf(asked: Asked, platform: string | undefined): Promise<ConfigInfo> {
  const { registry, repository, signal } = asked
  const image = await readSingleImage(asked, platform)
  const { config } = image.manifest
  const bytes = await getBlob(registry, repository, config, MAX_CONFIG, signal)
  const configuration = parseConfig(bytes, config, repository)
  if (platform !== undefined && image.isAlone) verifyPlatform(platformIn(configuration), platform)
  return { ...descriptorOf(config), bytes, configuration, manifest: descriptorOf(image) }
}
