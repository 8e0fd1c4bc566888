import {
  type Archive,
  type Digest,
  formatPlatform,
  getPrimaryTag,
  type Image,
  type IndexEntry,
  isAttestation,
  parseRepositoryTag,
  type RepositoryTag,
  runnableImages,
  ValidationError,
} from '../../index.ts'

/** One image of an archive, as the page shows it: plain data, which a Worker can pass on. */
export interface DescribedImage {
  /** Which one it is in its archive, from 0. */
  readonly position: number
  readonly names: readonly string[]
  /** `linux/amd64`, of all that the archive holds of it. */
  readonly platforms: readonly string[]
  /** The platforms that its index lists, but the archive lacks. */
  readonly missing: readonly string[]
  /** The attestations that its index lists, but the archive lacks. */
  readonly missingAttestations: number
  /** Of itself, or of its first platform, as all that follows. */
  readonly id: Digest
  /** RFC 3339, as the config has it. */
  readonly created: string | undefined
  readonly layers: readonly DescribedLayer[]
  /** True if it has several platforms. */
  readonly isIndex: boolean
  /** True if it is attached to another image, such as a signature. It is pushed with that image. */
  readonly isReferrer: boolean
  /** Its destination by its own name; empty strings if it has no name. */
  readonly destination: RepositoryTag
  /** All names that it can be pushed by, without their registries: `team/app:v1`. */
  readonly places: readonly string[]
}

interface DescribedLayer {
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
  readonly createdBy: string | undefined
}

/** Describes an image of an archive. */
export async function describeImage(archive: Archive, image: Image, position: number): Promise<DescribedImage> {
  const runnable = runnableImages(image)
  const { config, configuration, manifest, layers } = runnable[0] ?? image
  return {
    position,
    names: [...image.names, ...image.tags],
    platforms: runnable.map(({ platform }) => formatPlatform(platform)),
    ...nameMissing(image),
    id: config?.digest ?? manifest.digest,
    created: configuration?.created,
    layers: layers.map(({ digest, size, createdBy }) => ({ digest, size, createdBy })),
    isIndex: image.kind === 'index',
    isReferrer: image.subject !== undefined && image.names.length === 0,
    destination: await destinationOf(archive, image, position),
    places: [...new Set(image.names.flatMap(placeOf))],
  }
}

/** An archive with an unusual name can still be pushed: the user types another name. */
async function destinationOf(archive: Archive, image: Image, position: number): Promise<RepositoryTag> {
  const none = { repository: '', tag: image.tags.find(isTag) ?? '' }
  try {
    return (await getPrimaryTag(archive, { image: position })) ?? none
  } catch (error) {
    if (error instanceof ValidationError) return none
    throw error
  }
}

/** Tells whether an image can be pushed by a tag: a layout may call it by anything. */
function isTag(tag: string): boolean {
  return placeOf(`localhost/a:${tag}`).length > 0
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

function nameMissing(image: Image): Pick<DescribedImage, 'missing' | 'missingAttestations'> {
  const missing = missingEntries(image)
  const platforms = missing.filter((entry) => !isAttestation(entry))
  return {
    missing: platforms.map(({ platform, digest }) => (platform ? formatPlatform(platform) : digest)),
    missingAttestations: missing.length - platforms.length,
  }
}

/** Collects the missing entries of an index, at any depth. */
function missingEntries({ missing, children }: Image): readonly IndexEntry[] {
  return [...missing, ...children.flatMap(missingEntries)]
}
