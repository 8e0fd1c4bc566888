import { ResponseError, ValidationError } from '../../errors.ts'
import type { ContentStore } from '../../images/content-store.ts'
import { type Content, type Descriptor, descriptorOf } from '../../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../../oci/digest.ts'
import { measureJson } from '../../oci/json.ts'
import { isForeignLayerType, isIndexType, isManifestType } from '../../oci/media-type.ts'
import { toSource } from '../../source/from.ts'
import { readAll } from '../../source/source.ts'
import { getBlob } from '../blobs.ts'
import { manifestAt } from '../manifests.ts'
import { findManifest, type ManifestInfo } from '../read-manifest.ts'
import type { Registry } from '../registry.ts'
import { openBlob } from './blob-source.ts'
import type { DownloadLimits } from './limits.ts'
import { lostBlob } from './lost-content.ts'
import { readAgain } from './read-again.ts'

/** A repository, and how it is read. */
interface Reading {
  readonly registry: Registry
  readonly repository: string
  readonly limits: DownloadLimits
  readonly createHasher: CreateHasher
  readonly warn: (warning: string) => void
  readonly signal: AbortSignal | undefined
}

/** A repository of a registry as a content store. */
export interface RegistryStore extends ContentStore, Pick<Reading, 'registry' | 'repository'> {
  /** The manifests that were asked for and that the registry does not have. */
  readonly gone: readonly Descriptor[]
  /** Takes a manifest that was read, so that it is not asked for again. */
  keep(manifest: ManifestInfo): void
  /** Finds a manifest by its digest. */
  find(digest: Digest): Promise<ManifestInfo | undefined>
  /**
   * Counts the bytes of a document.
   *
   * @throws {ValidationError} if all documents together exceed a limit
   */
  claim(document: Uint8Array): void
}

/**
 * Makes a content store of a repository. Manifests are read when they are opened, and blobs when their sources are
 * read: no request asks first whether a blob exists.
 */
export function createRegistryStore(reading: Reading): RegistryStore {
  const { registry, repository, limits, createHasher, warn, signal } = reading
  const name = `the repository "${repository}"`
  const manifests = new Map<Digest, Promise<ManifestInfo | undefined>>()
  const gone: Descriptor[] = []
  const spent = { bytes: 0, values: 0 }

  function find(digest: Digest): Promise<ManifestInfo | undefined> {
    const found =
      manifests.get(digest) ??
      readAgain(registry, (patient) => findManifest(manifestAt(patient, repository, digest), signal), signal)
    manifests.set(digest, found)
    return found
  }

  function claim(bytes: Uint8Array): void {
    spent.bytes += bytes.length
    spent.values += measureJson(bytes).values
    if (spent.bytes > limits.totalJsonSize) throw tooMuch(name, 'totalJsonSize', limits)
    if (spent.values > limits.totalJsonValues) throw tooMuch(name, 'totalJsonValues', limits)
  }

  return {
    ...{ name, registry, repository, limits, createHasher, warn, gone, find, claim },
    keep(manifest) {
      manifests.set(manifest.digest, Promise.resolve(manifest))
    },
    async open(descriptor) {
      // A registry has no bytes of these (image-spec § Non-Distributable Layers).
      if (isForeignLayerType(descriptor.mediaType)) return undefined
      if (!isManifest(descriptor)) return openBlob(registry, repository, descriptorOf(descriptor))
      const found = await find(descriptor.digest)
      if (!found) gone.push(descriptor)
      return found && toSource(found.bytes)
    },
    async readDocument(content) {
      if (content.size > limits.jsonSize) throw tooMuch(content.digest, 'jsonSize', limits)
      const bytes = isManifest(content) ? await readAll(content.source) : await readConfig(reading, content)
      claim(bytes)
      return bytes
    },
    // The registry has taken the image as it is.
    verifyLayers: async () => {},
  }
}

async function readConfig(
  { registry, repository, limits, signal }: Reading,
  blob: Content,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readAgain(registry, (patient) => getBlob(patient, repository, blob, limits.jsonSize, signal), signal)
  } catch (error) {
    if (!(error instanceof ResponseError) || error.status !== 404) throw error
    throw lostBlob({ registry, repository, blob }, error, 'the registry does not have it')
  }
}

function isManifest({ mediaType }: Descriptor): boolean {
  return isIndexType(mediaType) || isManifestType(mediaType)
}

function tooMuch(what: string, limit: keyof DownloadLimits, limits: DownloadLimits): ValidationError {
  const unit = limit === 'totalJsonValues' ? 'values' : 'bytes'
  return new ValidationError(
    'LIMIT_EXCEEDED',
    `Cannot read ${what}: its manifests and configs have more than ${limits[limit]} ${unit}`,
    { remedy: `if you trust where it comes from, raise { limits: { ${limit} } }, or choose one platform` },
  )
}
