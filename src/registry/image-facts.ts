import { type ImageConfig, platformOf } from '../images/image.ts'
import { parseImageConfig } from '../images/image-config.ts'
import { type Descriptor, descriptorOf, formatPlatform } from '../oci/descriptor.ts'
import type { Index, IndexEntry, Manifest } from '../oci/manifest.ts'
import { isImageConfigType } from '../oci/media-type.ts'
import { getBlob } from './blobs.ts'
import { annotationsOf, type ImageLayers, readLayers } from './image-layers.ts'
import type { Registry } from './registry.ts'

/** Facts about an image or an artifact, from its manifest and config. */
export interface ImageFacts extends ImageLayers {
  /** The parsed config of the image. Absent for an artifact, which has no image config. */
  readonly configuration: ImageConfig | undefined
  readonly architecture: string | undefined
  readonly os: string | undefined
  /** As `linux/arm64/v8`: by the index, else by the config. Absent for an artifact, or an index of several images. */
  readonly platform: string | undefined
  /** When it was made, in RFC 3339: by its config, else by the annotation `org.opencontainers.image.created`. */
  readonly created: string | undefined
  /** Config and layers together, in bytes, as the registry stores them: what is listed twice counts once. */
  readonly totalSize: number
  /** Config and layers, each once: they count in `totalSize`. */
  readonly blobs: readonly Descriptor[]
  readonly layerCount: number
  /**
   * The type of an artifact (image-spec § Guidelines for Artifact Usage): `application/vnd.cncf.helm.config.v1+json`.
   */
  readonly artifactType: string | undefined
  /** Those of its manifest, or of the index itself. */
  readonly annotations: Readonly<Record<string, string>>
}

/** In bytes. */
export const MAX_CONFIG = 8 * 1024 * 1024
/** The type of configs that Docker 1.10 pushed (moby/moby#22378). Artifacts have it too. */
const OLD_CONFIG = 'application/octet-stream'

/**
 * Describes a manifest. Reads its config if that is the config of an image.
 *
 * @param spend Called with each document that is read, before it is parsed.
 * @throws {ValidationError} if the config of an image is not a JSON object
 */
export async function readFacts(
  registry: Registry,
  repository: string,
  manifest: Manifest,
  spend: (document: Uint8Array) => void = () => {},
  signal?: AbortSignal,
): Promise<ImageFacts> {
  const { layers } = manifest
  const config = await readConfig(registry, repository, manifest.config, spend, signal)
  return {
    configuration: config,
    architecture: config?.architecture || undefined,
    os: config?.os || undefined,
    platform: platformIn(config),
    created: config?.created ?? createdOf(manifest),
    ...storedBlobs([manifest.config, ...layers]),
    layerCount: layers.length,
    artifactType: manifest.artifactType || (config ? undefined : manifest.config.mediaType),
    annotations: annotationsOf(manifest),
    ...readLayers(manifest, config),
  }
}

/** The platform that a config names, as `linux/arm64/v8`. Attestations have none. */
export function platformIn(config: ImageConfig | undefined): string | undefined {
  const platform = config && platformOf(config)
  return platform && platform.os !== 'unknown' ? formatPlatform(platform) : undefined
}

/** When the image was made, by an annotation. */
export function createdOf(document: Manifest | Index | IndexEntry): string | undefined {
  return annotationsOf(document)['org.opencontainers.image.created']
}

/** Blobs as a registry stores them: each once, however often it is listed. */
export function storedBlobs(listed: readonly Descriptor[]): Pick<ImageFacts, 'totalSize' | 'blobs'> {
  const blobs = [...new Map(listed.map((blob) => [blob.digest, descriptorOf(blob)])).values()]
  return { totalSize: blobs.reduce((sum, { size }) => sum + size, 0), blobs }
}

async function readConfig(
  registry: Registry,
  repository: string,
  descriptor: Descriptor,
  spend: (document: Uint8Array) => void,
  signal: AbortSignal | undefined,
): Promise<ImageConfig | undefined> {
  if (!mayBeImageConfig(descriptor)) return undefined
  const bytes = await getBlob(registry, repository, descriptor, MAX_CONFIG, signal)
  spend(bytes)
  return parseConfig(bytes, descriptor, repository)
}

/** Tools for artifacts once wrote an empty config of an image's type. */
function mayBeImageConfig({ mediaType, size }: Descriptor): boolean {
  return (isImageConfigType(mediaType) || mediaType === OLD_CONFIG) && size > 0
}

/**
 * Parses a config. Returns nothing for that of an artifact.
 *
 * @throws {ValidationError} if the config of an image is not a JSON object
 */
export function parseConfig(bytes: Uint8Array, descriptor: Descriptor, repository: string): ImageConfig | undefined {
  if (!mayBeImageConfig(descriptor)) return undefined
  try {
    return parseImageConfig(bytes, `the config ${descriptor.digest} of "${repository}"`)
  } catch (error) {
    if (descriptor.mediaType !== OLD_CONFIG) throw error
    return undefined
  }
}
