import {
  type Archive,
  type ArchiveInput,
  type Digest,
  formatPlatform,
  getPrimaryTag,
  type Image,
  type IndexEntry,
  isAttestation,
  openArchive,
  parseRepositoryTag,
  type RepositoryTag,
  runnableImages,
  ValidationError,
} from 'registry-api-v2-client'
import { formatBytes, formatCount } from './format.ts'

/** One image of an archive, as the page shows it: plain data, which a Worker can pass on. */
export interface ArchiveImage {
  /** Which one it is in its archive, from 0. */
  readonly position: number
  readonly names: readonly string[]
  /** `linux/amd64`, of all that the archive holds of it. */
  readonly platforms: readonly string[]
  /** The platforms and attestations that its index lists, but the archive lacks. */
  readonly missing: readonly string[]
  /** Of itself, or of its first platform, as all that follows. */
  readonly id: Digest
  /** RFC 3339, as the config has it. */
  readonly created: string | undefined
  readonly layers: readonly ArchiveLayer[]
  /** Whether it has several platforms. */
  readonly isIndex: boolean
  /** Where it would go by its own name; empty texts if it has none. */
  readonly destination: RepositoryTag
  /** All names that it can be pushed by, without their registries: `team/app:v1`. */
  readonly places: readonly string[]
}

export interface ArchiveLayer {
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
  readonly createdBy: string | undefined
}

export interface ReadArchive {
  readonly archive: Archive
  readonly images: readonly ArchiveImage[]
  /** What is odd, but does no harm. */
  readonly warnings: readonly string[]
}

/** Reads what an archive says of its images: headers and small JSON, however large it is, unless it has to be unpacked. */
export async function readArchive(
  input: ArchiveInput,
  signal: AbortSignal,
  onStatus: (text: string) => void,
): Promise<ReadArchive> {
  const archive = await openArchive(input, {
    signal,
    onOpenProgress: ({ phase, doneBytes }) =>
      onStatus(`${phase === 'spool' ? 'Unpacking' : 'Reading layers'}: ${formatBytes(doneBytes)}…`),
  })
  const images = await Promise.all(archive.images.map((image, position) => describe(archive, image, position)))
  return { archive, images, warnings: archive.warnings }
}

async function describe(archive: Archive, image: Image, position: number): Promise<ArchiveImage> {
  const runnable = runnableImages(image)
  const { config, configuration, manifest, layers } = runnable[0] ?? image
  return {
    position,
    names: [...image.names, ...image.tags],
    platforms: runnable.map(({ platform }) => formatPlatform(platform)),
    missing: nameMissing(image),
    id: config?.digest ?? manifest.digest,
    created: configuration?.created,
    layers: layers.map(({ digest, size, createdBy }) => ({ digest, size, createdBy })),
    isIndex: image.kind === 'index',
    destination: (await getPrimaryTag(archive, { image: position })) ?? { repository: '', tag: image.tags[0] ?? '' },
    places: [...new Set(image.names.flatMap(placeOf))],
  }
}

/** Digests and `<none>:<none>` are no names to push by. */
function placeOf(name: string): readonly string[] {
  try {
    const { repository, tag } = parseRepositoryTag(name)
    return [`${repository}:${tag}`]
  } catch (error) {
    if (error instanceof ValidationError) return []
    throw error
  }
}

function nameMissing(image: Image): readonly string[] {
  const missing = missingEntries(image)
  const platforms = missing.filter((entry) => !isAttestation(entry))
  const attestations = missing.length - platforms.length
  return [
    ...platforms.map(({ platform, digest }) => (platform ? formatPlatform(platform) : digest)),
    ...(attestations > 0 ? [formatCount(attestations, 'attestation')] : []),
  ]
}

/** Collects the missing entries of an index, at any depth. */
function missingEntries({ missing, children }: Image): readonly IndexEntry[] {
  return [...missing, ...children.flatMap(missingEntries)]
}
