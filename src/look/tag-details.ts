import { RegistryError } from '../errors.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { Capabilities } from '../registry/capabilities.ts'
import { describeManifest } from '../registry/image-info.ts'
import { manifestAt } from '../registry/manifests.ts'
import { isOutage } from '../registry/outage.ts'
import { findManifest, headManifest, type ManifestInfo, readManifest } from '../registry/read-manifest.ts'
import type { Registry } from '../registry/registry.ts'
import { createLastUsed } from './last-used.ts'
import { kindOfInfo, kindOfTag, type TagKind } from './tag-kind.ts'

/** A tag of a repository, and the image that it names: a row of a table. */
export interface TagDetails {
  readonly tag: string
  /** The digest of the manifest or index. Absent if the registry did not tell it, with `error`. */
  readonly digest: Digest | undefined
  readonly mediaType: string | undefined
  /** The size of the manifest or index itself, in bytes. */
  readonly size: number | undefined
  /**
   * The size of the image in bytes, as `getImageInfo` counts it: config and layers together, compressed; of an index,
   * all its images, in which a shared layer counts once.
   */
  readonly totalSize: number | undefined
  /** Layers that count in `totalSize`. */
  readonly layerCount: number | undefined
  /** The platforms that it runs on, as `linux/arm64/v8`. Empty for an artifact. */
  readonly platforms: readonly string[]
  /** When it was made, in RFC 3339: by its config or an annotation. Of an index, the newest of its images. */
  readonly created: string | undefined
  /** An image, an index, or an artifact of some kind. Absent with `error`. */
  readonly kind: TagKind | undefined
  /** Config and layers, each once: they count in `totalSize`. `sumSizes` adds up those of several rows. */
  readonly blobs: readonly Descriptor[]
  /** The type of an artifact. */
  readonly artifactType: string | undefined
  /** Why the image could not be read. Then only what the registry says of the tag is there. */
  readonly error: RegistryError | undefined
}

/** The part of a row that all tags of one digest share. */
type Details = Omit<TagDetails, 'tag' | 'digest'>

/** In characters: the maximum size of the remembered rows. */
const MAX_REMEMBERED = 4 * 1024 * 1024

/** Registries that do not tell the digest by HEAD, by their capabilities: copies of a handle share these. */
const headless = new WeakSet<Capabilities>()

/** Reads a tag. Returns nothing if a listed tag does not exist any more. */
type ReadTag = (tag: string, signal: AbortSignal) => Promise<TagDetails | undefined>

/**
 * Makes a reader of the tags of a repository. It reads each digest once, however many tags name it, as long as it
 * remembers it.
 *
 * @param isListed False if the caller named the tags: then a tag that does not exist has an error.
 */
export function createTagReader(registry: Registry, repository: string, isListed: boolean): ReadTag {
  const known = createLastUsed<Digest, Details>(MAX_REMEMBERED, (details) => JSON.stringify(details).length)
  async function describe(root: ManifestInfo, reference: string, signal: AbortSignal): Promise<Details> {
    const { mediaType, size } = root
    try {
      const info = await describeManifest({ registry, repository, reference, signal }, root)
      const { totalSize, layerCount, blobs, platforms, platform, created, artifactType } = info
      const offered = platforms.length > 0 || platform === undefined ? platforms : [platform]
      const facts = { totalSize, layerCount, blobs, platforms: offered, created, artifactType }
      return { mediaType, size, ...facts, kind: kindOfInfo(info), error: undefined }
    } catch (error) {
      return failedDetails(error, signal, { mediaType, size })
    }
  }

  /** @returns nothing if the registry does not have the manifest */
  async function describeDigest(digest: Digest, signal: AbortSignal): Promise<Details | undefined> {
    const root = await findManifest(manifestAt(registry, repository, digest), signal)
    return root && describe(root, digest, signal)
  }

  async function read(tag: string, signal: AbortSignal): Promise<TagDetails | undefined> {
    const place = manifestAt(registry, repository, tag)
    // A HEAD does not count as a pull. A page that may not read the digest in its answer is spared it.
    const head = headless.has(registry.capabilities) ? undefined : await headManifest(place, signal)
    if (head) {
      const { digest, mediaType } = head
      try {
        const details = await known(digest, () => describeDigest(digest, signal))
        // The tag may have moved since.
        if (details) return rowOf(tag, digest, details)
      } catch (error) {
        return { tag, digest, ...failedDetails(error, signal, { mediaType, size: undefined }) }
      }
    }
    const root = await (isListed ? findManifest : readManifest)(place, signal)
    if (!root) return undefined
    if (!head) headless.add(registry.capabilities)
    const { digest } = root
    const details = await known(digest, () => describe(root, tag, signal))
    return details && rowOf(tag, digest, details)
  }

  return async (tag, signal) => {
    try {
      return await read(tag, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (isOutage(error)) throw error
      return { tag, digest: undefined, ...failedDetails(error, signal, { mediaType: undefined, size: undefined }) }
    }
  }
}

function rowOf(tag: string, digest: Digest, details: Details): TagDetails {
  return { tag, digest, ...details, kind: details.error ? undefined : (kindOfTag(tag) ?? details.kind) }
}

/**
 * Tells why an image could not be read. An abort, and a fault that is not of the registry, is thrown, and so is a limit
 * of pulls, which the next image meets too. An answer that does not come may be one of the storage: the request for the
 * next tag shows whether the registry answers.
 */
function failedDetails(error: unknown, signal: AbortSignal, known: Pick<Details, 'mediaType' | 'size'>): Details {
  signal.throwIfAborted()
  if (!(error instanceof RegistryError) || error.code === 'RATE_LIMITED') throw error
  const unknown = { totalSize: undefined, layerCount: undefined, created: undefined, artifactType: undefined }
  return { ...known, ...unknown, kind: undefined, blobs: [], platforms: [], error }
}
