import { ValidationError } from '../errors.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import type { Image } from '../oci/image.ts'

/** An image, and where it shall go. */
export interface ImagePush {
  readonly image: Image
  readonly repository: string
  /** Without one, it is put by its digest alone. */
  readonly tags: readonly string[]
}

/** A blob that a repository needs. */
export interface PlannedBlob {
  readonly repository: string
  readonly kind: 'config' | 'layer'
  readonly content: Content
  /** A repository that has the blob by the time this one needs it. */
  readonly mountFrom: string | undefined
}

/** A manifest, and the tag or digest under which it is put. */
export interface PlannedManifest {
  readonly repository: string
  readonly reference: string
  readonly content: Content
}

/**
 * What a push does, as data: the blobs in any order (those with `mountFrom` after the others), then the manifests in this order, in
 * which what a manifest names comes before it.
 */
export interface PushPlan {
  readonly blobs: readonly PlannedBlob[]
  readonly manifests: readonly PlannedManifest[]
  /** Of all blobs, in bytes: what is sent if the registry has none of them. */
  readonly totalBytes: number
}

/**
 * Works out what a push has to do, without doing it. A blob is planned once a repository, and mounted where an earlier
 * repository of the same push has it; foreign layers are left out. Where several tags are set, all manifests are put by digest before
 * the first tag moves.
 *
 * @throws {ValidationError} if two images would get the same tag, or two files of other sizes claim one digest
 */
export function planPush(pushes: readonly ImagePush[]): PushPlan {
  const blobs = planBlobs(pushes)
  return {
    blobs,
    manifests: planManifests(pushes),
    totalBytes: blobs.reduce((sum, { content }) => sum + content.size, 0),
  }
}

function planBlobs(pushes: readonly ImagePush[]): readonly PlannedBlob[] {
  const planned = new Map<string, PlannedBlob>()
  const firstRepository = new Map<string, string>()
  for (const { image, repository } of pushes) {
    for (const { kind, content } of blobsUnder(image)) {
      const first = firstRepository.get(content.digest)
      const key = `${repository}@${content.digest}`
      if (first === undefined) firstRepository.set(content.digest, repository)
      const other = planned.get(key)
      if (other && other.content.size !== content.size) throw sizeClash(content)
      if (!other) planned.set(key, { repository, kind, content, mountFrom: first })
    }
  }
  return [...planned.values()]
}

function* blobsUnder({ layers, config, children }: Image): Generator<Pick<PlannedBlob, 'kind' | 'content'>> {
  for (const { mediaType, digest, size, source } of layers) {
    if (source) yield { kind: 'layer', content: { mediaType, digest, size, source } }
  }
  if (config) yield { kind: 'config', content: config }
  for (const child of children) yield* blobsUnder(child)
}

function planManifests(pushes: readonly ImagePush[]): readonly PlannedManifest[] {
  const byDigest = new Map<string, PlannedManifest>()
  const byTag = new Map<string, PlannedManifest>()
  for (const { image, repository, tags } of pushes) {
    const content = image.manifest
    for (const manifest of manifestsUnder(image)) {
      byDigest.set(`${repository}@${manifest.digest}`, { repository, reference: manifest.digest, content: manifest })
    }
    for (const tag of tags) {
      const name = `${repository}:${tag}`
      const other = byTag.get(name)
      if (other && other.content.digest !== content.digest) throw clash(name)
      byTag.set(name, { repository, reference: tag, content })
    }
  }
  // One tag alone moves together with its manifest, if nothing comes after it.
  for (const { repository, content } of pushes.length === 1 && byTag.size === 1 ? byTag.values() : []) {
    byDigest.delete(`${repository}@${content.digest}`)
  }
  return [...byDigest.values(), ...byTag.values()]
}

/** Children before parents: a registry takes no index that lists what it has not. */
function* manifestsUnder({ manifest, children }: Image): Generator<Content> {
  for (const child of children) yield* manifestsUnder(child)
  yield manifest
}

function sizeClash({ digest, size }: Descriptor): ValidationError {
  return new ValidationError(
    `Cannot push the image: the archive holds two files that should both be ${digest}, one of them of ${size} bytes, the other not`,
    { input: digest },
  )
}

function clash(name: string): ValidationError {
  return new ValidationError(
    `Cannot push two images as ${JSON.stringify(name)}: the second would replace the first; push them one by one, each with a name of its own`,
    { input: name },
  )
}
