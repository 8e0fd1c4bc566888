import { ValidationError } from '../errors.ts'
import { type Descriptor, formatPlatform } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type ImageConfig, readImageConfig } from '../oci/image.ts'
import { isJsonObject, parseJson } from '../oci/json.ts'
import { type Index, isIndex, type Manifest } from '../oci/manifest.ts'
import { isPlatform } from '../oci/platforms.ts'
import { getBlob } from './blobs.ts'
import { getManifest } from './manifests.ts'
import type { Registry } from './registry.ts'

/** What a registry says of an image. */
export interface ImageInfo extends Descriptor {
  readonly repository: string
  /** The tag or digest that was asked for. */
  readonly tag: string
  readonly manifest: Manifest | Index
  /** The platforms that an index offers, as `linux/arm64/v8`; empty for a single image. */
  readonly platforms: readonly string[]
  /** What the image's config says. Absent for an index, which has none of its own: ask with `{ platform }`. */
  readonly config: ImageConfig | undefined
  readonly architecture: string | undefined
  readonly os: string | undefined
  readonly created: string | undefined
  /** Config and layers together, in bytes, as the registry stores them. 0 for an index. */
  readonly totalSize: number
  readonly layerCount: number
}

/** In bytes. */
const MAX_CONFIG = 8 * 1024 * 1024

/** Reads an image's manifest and config, and tells what they say; throws what `getImageInfo` throws. */
export async function readImageInfo(
  registry: Registry,
  repository: string,
  reference: string,
  options: { readonly platform?: string; readonly signal?: AbortSignal },
): Promise<ImageInfo> {
  const root = await getManifest(registry, repository, reference, options)
  const chosen =
    options.platform !== undefined && isIndex(root.manifest)
      ? await getManifest(registry, repository, choosePlatform(root.manifest, options.platform), options)
      : root
  const { mediaType, digest, size, manifest } = chosen
  const platforms = isIndex(root.manifest) ? platformsOf(root.manifest) : []
  const common = { repository, tag: reference, mediaType, digest, size, manifest, platforms }
  if (isIndex(manifest)) {
    const none = { config: undefined, architecture: undefined, os: undefined, created: undefined }
    return { ...common, ...none, totalSize: 0, layerCount: 0 }
  }
  const config = await getConfig(registry, repository, manifest.config, options.signal)
  const { architecture, os, created } = config
  if (options.platform !== undefined && chosen === root) verifyPlatform(formatPlatform(config), options.platform)
  const totalSize = [manifest.config, ...manifest.layers].reduce((sum, blob) => sum + blob.size, 0)
  return { ...common, config, architecture, os, created, totalSize, layerCount: manifest.layers.length }
}

async function getConfig(
  registry: Registry,
  repository: string,
  descriptor: Descriptor,
  signal?: AbortSignal,
): Promise<ImageConfig> {
  const bytes = await getBlob(registry, repository, descriptor, MAX_CONFIG, signal)
  const document = parseJson(bytes, `the config ${descriptor.digest}`)
  if (isJsonObject(document)) return readImageConfig(document)
  throw new ValidationError(`Cannot read the config ${descriptor.digest} of "${repository}": it is not a JSON object`)
}

function platformsOf(index: Index): readonly string[] {
  return index.manifests.flatMap(({ platform }) => (platform ? [formatPlatform(platform)] : []))
}

function choosePlatform(index: Index, wanted: string): Digest {
  const match = index.manifests.find(({ platform }) => platform && isPlatform(formatPlatform(platform), wanted))
  if (match) return match.digest
  throw new ValidationError(
    `Cannot find the platform ${JSON.stringify(wanted)}: the index offers ${platformsOf(index).join(', ') || 'none'}`,
    { input: wanted },
  )
}

function verifyPlatform(platform: string, wanted: string): void {
  if (isPlatform(platform, wanted)) return
  throw new ValidationError(
    `Cannot find the platform ${JSON.stringify(wanted)}: the image is a single one, of ${platform}`,
    {
      input: wanted,
    },
  )
}
