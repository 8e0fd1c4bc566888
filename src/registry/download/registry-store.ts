import { ResponseError, ValidationError } from '../../errors.ts'
import type { ContentStore } from '../../images/content-store.ts'
import { type Descriptor, descriptorOf } from '../../oci/descriptor.ts'
import { type CreateHasher, type Digest, isDigest } from '../../oci/digest.ts'
import { measureJson } from '../../oci/json.ts'
import { isIndex } from '../../oci/manifest.ts'
import { isForeignLayerType, isImageConfigType, isIndexType, isManifestType } from '../../oci/media-type.ts'
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
import { createReadAhead } from './read-ahead.ts'

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
export interface RegistryStore extends Required<ContentStore>, Pick<Reading, 'registry' | 'repository'> {
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
  /** Ends the requests for what was expected and is not needed after a failure. */
  close(): void
}

/** In bytes. Larger configs, and those of larger manifests, are read in their turn. */
const MAX_AHEAD = 1024 ** 2

/**
 * Makes a content store of a repository. Manifests are read when they are opened, or a little before, and blobs when
 * their sources are read: no request asks first whether a blob exists.
 */
export function createRegistryStore(reading: Reading): RegistryStore {
  const { registry, repository, limits, createHasher, warn } = reading
  const name = `the repository "${repository}"`
  const closed = new AbortController()
  const signal = reading.signal ? AbortSignal.any([reading.signal, closed.signal]) : closed.signal
  const ahead = createReadAhead(readEarly, signal)
  const configs = new Map<Digest, Promise<Uint8Array<ArrayBuffer>>>()
  const manifests = new Map<Digest, Promise<ManifestInfo | undefined>>()
  const gone: Descriptor[] = []
  const spent = { bytes: 0, values: 0 }

  function get(digest: Digest): Promise<ManifestInfo | undefined> {
    const found =
      manifests.get(digest) ??
      readAgain(registry, (patient) => findManifest(manifestAt(patient, repository, digest), signal), signal)
    manifests.set(digest, found)
    return found
  }

  function find(digest: Digest): Promise<ManifestInfo | undefined> {
    const found = get(digest)
    ahead.reach(digest)
    return found
  }

  function getConfig(config: Descriptor): Promise<Uint8Array<ArrayBuffer>> {
    return readConfig({ ...reading, signal }, config)
  }

  /** Reads a manifest, and its config if that will be read whole. */
  async function readEarly(digest: Digest): Promise<void> {
    const found = await get(digest)
    if (!found || isIndex(found.manifest)) return
    const { config } = found.manifest
    const size = Math.max(found.size, config.size)
    const isWanted = isImageConfigType(config.mediaType) && isDigest(config.digest) && size <= MAX_AHEAD
    if (!isWanted || config.size > limits.jsonSize || configs.has(config.digest)) return
    configs.set(config.digest, getConfig(config))
    await configs.get(config.digest)
  }

  /** Takes a config that was read early. Another manifest may have the same one: it is read again, and counted. */
  function takeConfig(config: Descriptor): Promise<Uint8Array<ArrayBuffer>> {
    const early = configs.get(config.digest)
    configs.delete(config.digest)
    return early ?? getConfig(config)
  }

  function claim(bytes: Uint8Array): void {
    spent.bytes += bytes.length
    spent.values += measureJson(bytes).values
    if (spent.bytes > limits.totalJsonSize) throw tooMuch(name, 'totalJsonSize', limits)
    if (spent.values > limits.totalJsonValues) throw tooMuch(name, 'totalJsonValues', limits)
  }

  return {
    ...{ name, registry, repository, limits, createHasher, warn, gone, find, claim },
    expect: (digests) => ahead.expect(digests.filter(isDigest)),
    close: () => closed.abort(),
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
      const bytes = isManifest(content) ? await readAll(content.source) : await takeConfig(content)
      claim(bytes)
      return bytes
    },
    // The registry has taken the image as it is.
    verifyLayers: async () => {},
  }
}

async function readConfig(
  { registry, repository, limits, signal }: Reading,
  blob: Descriptor,
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
