import { choice } from '../../check-options.ts'
import type { BlobKind } from '../../control/push-progress.ts'
import { ValidationError } from '../../errors.ts'
import type { Image } from '../../images/image.ts'
import { type Content, type Descriptor, formatPlatform } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { isForeignLayerType } from '../../oci/media-type.ts'

/** An image, and where it shall go. */
export interface ImagePush {
  readonly image: Image
  readonly repository: string
  /** Without one, it is put by its digest alone. */
  readonly tags: readonly string[]
  /** The image of the archive that this one was made of, where it is another one. */
  readonly originalDigest?: Digest
}

/** A blob that a repository needs. */
export interface NeededBlob {
  readonly repository: string
  readonly kind: BlobKind
  readonly content: Content
}

/** A manifest that a repository needs. */
interface NeededManifest {
  readonly repository: string
  readonly content: ManifestContent
}

/** A manifest, and what it is about. */
interface ManifestContent extends Content {
  readonly subject?: Digest | undefined
}

/** A tag that is to be set. */
interface NeededTag {
  readonly repository: string
  readonly tag: string
  readonly digest: Digest
}

/** The needs of a push: blobs, manifests and tags, each once a repository, and a manifest after all that it lists. */
export interface PushNeeds {
  readonly blobs: readonly NeededBlob[]
  readonly manifests: readonly NeededManifest[]
  readonly tags: readonly NeededTag[]
}

/** Pushes the bytes of foreign layers that the archive has, or leaves them out. */
export type ForeignLayers = 'skip' | 'upload'

/** Options that decide which blobs are pushed. */
export interface ForeignLayerOptions {
  /**
   * `upload` pushes the bytes of foreign layers (`urls`, non-distributable) that the archive has. Their licenses may
   * forbid that. The manifest stays the same. @default `skip`
   */
  readonly foreignLayers?: ForeignLayers | undefined
}

/**
 * Lists the blobs, manifests and tags that each repository needs.
 *
 * @throws {ValidationError} if two images would get the same tag, or two files of other sizes claim one digest
 */
export function listNeeds(
  pushes: readonly ImagePush[],
  options: ForeignLayerOptions & { readonly existing?: 'skip' | 'upload' | undefined },
): PushNeeds {
  const { foreignLayers = 'skip' } = options
  const blobs = listBlobs(pushes, choice('foreignLayers', foreignLayers, ['skip', 'upload']))
  const manifests = listManifests(pushes)
  // Manifests are blobs in distribution's store: it does not write one again that its cache knows, unless that comes as
  // a blob.
  if (options.existing === 'upload')
    blobs.push(...manifests.map((manifest) => ({ ...manifest, kind: 'manifest' as const })))
  return { blobs, manifests, tags: listTagsOf(pushes) }
}

function listBlobs(pushes: readonly ImagePush[], foreignLayers: ForeignLayers): NeededBlob[] {
  const blobs = new Map<string, NeededBlob>()
  const contents = new Map<Digest, Content>()
  for (const { image, repository } of pushes) {
    for (const { kind, content } of blobsUnder(image, foreignLayers)) {
      const key = `${repository}@${content.digest}`
      const known = contents.get(content.digest) ?? content
      if (known.size !== content.size) throw sizeClash(content)
      contents.set(content.digest, known)
      if (!blobs.has(key)) blobs.set(key, { repository, kind, content: known })
    }
  }
  return [...blobs.values()]
}

function listManifests(pushes: readonly ImagePush[]): readonly NeededManifest[] {
  const manifests = new Map<string, NeededManifest>()
  for (const { image, repository } of pushes) {
    for (const content of manifestsUnder(image))
      manifests.set(`${repository}@${content.digest}`, { repository, content })
  }
  return [...manifests.values()]
}

function listTagsOf(pushes: readonly ImagePush[]): readonly NeededTag[] {
  const images = new Map<string, Image>()
  const byName = new Map<string, NeededTag>()
  for (const { image, repository, tags } of pushes) {
    const { digest } = image.manifest
    for (const tag of tags) {
      const name = `${repository}:${tag}`
      const other = images.get(name)
      if (other && other.manifest.digest !== digest) throw clash(name, image, other)
      images.set(name, image)
      byName.set(name, { repository, tag, digest })
    }
  }
  return [...byName.values()]
}

/** The blobs of an image and of all below it. */
export function* blobsUnder(
  { layers, config, children }: Image,
  foreignLayers: ForeignLayers,
): Generator<Omit<NeededBlob, 'repository'>> {
  for (const { mediaType, digest, size, source } of layers) {
    if (source && (foreignLayers === 'upload' || !isForeignLayerType(mediaType)))
      yield { kind: 'layer', content: { mediaType, digest, size, source } }
  }
  if (config) yield { kind: 'config', content: config }
  for (const child of children) yield* blobsUnder(child, foreignLayers)
}

/** Children before parents: a registry takes no index that lists what it has not. */
export function* manifestsUnder({ manifest, subject, children }: Image): Generator<ManifestContent> {
  for (const child of children) yield* manifestsUnder(child)
  yield { ...manifest, subject }
}

function sizeClash({ digest, size }: Descriptor): ValidationError {
  return new ValidationError(
    'IMAGE_INVALID',
    `Cannot push the image: it has ${digest} with ${size} bytes and with another size`,
    { input: digest },
  )
}

function clash(name: string, image: Image, other: Image): ValidationError {
  const [one, two] = [image, other].map(({ platform }) => platform && formatPlatform(platform))
  const whole =
    one && two && one !== two ? ", or as one multi-platform image with pushDockerTar and { image: 'index' }" : ''
  return new ValidationError(
    'NAME_CLASH',
    `Cannot push two images as ${JSON.stringify(name)}: the second would replace the first`,
    { remedy: `push them one by one, each by its own name${whole}`, input: name },
  )
}
