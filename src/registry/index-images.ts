import { ResponseError, ValidationError } from '../errors.ts'
import { isAttestation } from '../oci/attestation.ts'
import { type Descriptor, descriptorOf, formatPlatform } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { measureJson } from '../oci/json.ts'
import { type Index, type IndexEntry, isIndex } from '../oci/manifest.ts'
import { isIndexType, isManifestType } from '../oci/media-type.ts'
import { createdOf, type ImageFacts, readFacts, storedBlobs } from './image-facts.ts'
import { annotationsOf, NO_LAYERS } from './image-layers.ts'
import { manifestAt } from './manifests.ts'
import { type ManifestInfo, readManifest } from './read-manifest.ts'
import type { Registry } from './registry.ts'

/** An image that an index lists. */
export interface IndexImage extends Descriptor, ImageFacts {
  /** Those of its entry in the index. */
  readonly entryAnnotations: Readonly<Record<string, string>>
}

/** An entry of an index: an image, an artifact, or a blob. */
interface Listed {
  readonly image: IndexImage | undefined
  /** True if it runs somewhere. */
  readonly isRunnable: boolean
  readonly blobs: readonly Descriptor[]
  readonly layers: readonly Descriptor[]
}

/** Of all manifests and configs of one index, in bytes, and in values of JSON. */
const MAX_READ = { bytes: 16 * 1024 * 1024, values: 250_000 }
/** Images that are read at once. */
const CONCURRENCY = 6

/**
 * Reads the images that an index lists, also those of an index in it, and sums up what they have. Images count that run
 * somewhere; only if there are no runnable images, artifacts and attestations do. Entries that the registry does not
 * have are left out.
 *
 * @throws {ResponseError} if the registry has nothing of the index (`status` 404)
 * @throws {ValidationError} if their manifests and configs have more than 16 MiB, or 250,000 values of JSON
 */
export async function readIndexFacts(
  registry: Registry,
  repository: string,
  index: Index,
  signal?: AbortSignal,
): Promise<ImageFacts & { readonly images: readonly IndexImage[] }> {
  const listed = await readListed(registry, repository, index, signal)
  const hasRunnable = listed.some(({ isRunnable }) => isRunnable)
  const counted = listed.filter(({ image, isRunnable }) => isRunnable || !(image && hasRunnable))
  const images = counted.flatMap(({ image }) => image ?? [])
  const only = images.length === 1 ? images[0] : undefined
  return {
    images,
    configuration: only?.configuration,
    architecture: only?.architecture,
    os: only?.os,
    platform: only?.platform,
    created: newest(images) ?? createdOf(index),
    ...storedBlobs(counted.flatMap(({ blobs }) => blobs)),
    layerCount: only?.layerCount ?? new Set(counted.flatMap(({ layers }) => layers.map(({ digest }) => digest))).size,
    artifactType: index.artifactType ?? only?.artifactType,
    annotations: annotationsOf(index),
    layers: (only ?? NO_LAYERS).layers,
    history: (only ?? NO_LAYERS).history,
  }
}

/** The platform that an entry of an index names, as `linux/arm64/v8`. Attestations have none. */
export function platformOfEntry(entry: IndexEntry): string | undefined {
  return entry.platform && !isAttestation(entry) ? formatPlatform(entry.platform) : undefined
}

async function readListed(
  registry: Registry,
  repository: string,
  root: Index,
  signal: AbortSignal | undefined,
): Promise<readonly Listed[]> {
  const seen = new Set<Digest>()
  const absent = new Map<Digest, ResponseError>()
  const spent = { bytes: 0, values: 0 }
  function spend(document: Uint8Array): void {
    spent.bytes += document.length
    spent.values += measureJson(document).values
    if (spent.bytes <= MAX_READ.bytes && spent.values <= MAX_READ.values) return
    throw new ValidationError(
      'LIMIT_EXCEEDED',
      `Cannot describe the images of an index in "${repository}": their manifests and configs have more than ${MAX_READ.bytes} bytes or ${MAX_READ.values} values`,
      { remedy: 'ask for one with { platform }' },
    )
  }

  async function read(entry: IndexEntry): Promise<readonly Listed[]> {
    if (!isManifest(entry)) return [{ image: undefined, isRunnable: false, blobs: [entry], layers: [entry] }]
    const found = await readOrRefusal(registry, repository, entry.digest, signal)
    if (found instanceof ResponseError) {
      absent.set(entry.digest, found)
      return []
    }
    spend(found.bytes)
    const { manifest } = found
    if (isIndex(manifest)) return readAll(manifest)
    const facts = await readFacts(registry, repository, manifest, spend, signal)
    const platform = platformOfEntry(entry) ?? facts.platform
    const created = facts.created ?? createdOf(entry)
    return [
      {
        image: { ...descriptorOf(found), ...facts, platform, created, entryAnnotations: annotationsOf(entry) },
        isRunnable: !isAttestation(entry) && platform !== undefined,
        blobs: [manifest.config, ...manifest.layers],
        layers: manifest.layers,
      },
    ]
  }

  async function readAll({ manifests }: Index): Promise<readonly Listed[]> {
    const candidates = manifests.some((entry) => !isAttestation(entry))
      ? manifests.filter((entry) => !isAttestation(entry))
      : manifests
    const entries = candidates.filter(({ digest }) => !seen.has(digest) && seen.add(digest))
    const listed: Listed[] = []
    for (let start = 0; start < entries.length; start += CONCURRENCY) {
      const batch = await Promise.all(entries.slice(start, start + CONCURRENCY).map(read))
      listed.push(...batch.flat())
    }
    return listed
  }

  const listed = await readAll(root)
  const firstAbsent = [...seen].find((digest) => absent.has(digest))
  if (listed.length === 0 && firstAbsent) throw absent.get(firstAbsent)
  return listed
}

/** Reads a manifest. Returns the registry's refusal if the manifest does not exist. */
async function readOrRefusal(
  registry: Registry,
  repository: string,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<ManifestInfo | ResponseError> {
  try {
    return await readManifest(manifestAt(registry, repository, digest), signal)
  } catch (error) {
    if (error instanceof ResponseError && error.status === 404) return error
    throw error
  }
}

function isManifest({ mediaType }: Descriptor): boolean {
  return isIndexType(mediaType) || isManifestType(mediaType)
}

function newest(images: readonly IndexImage[]): string | undefined {
  const times = images.flatMap(({ created }) =>
    created !== undefined && !Number.isNaN(Date.parse(created)) ? [created] : [],
  )
  return times.sort((one, other) => Date.parse(other) - Date.parse(one))[0]
}
