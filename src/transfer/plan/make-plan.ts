import { positive } from '../../check-options.ts'
import type { ProgressTracker } from '../../control/push-progress.ts'
import type { Image } from '../../images/image.ts'
import { type Content, type Descriptor, descriptorOf } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import type { Registry } from '../../registry/registry.ts'
import { countUploadRequests } from '../../registry/upload/chunk.ts'
import { DEFAULT_CHUNK_SIZE } from '../../registry/upload/upload-options.ts'
import { readAll } from '../../source/source.ts'
import { type Found, type KnownBlobs, type LookUpOptions, lookUp } from './look-up.ts'
import { type ForeignLayerOptions, type ImagePush, listNeeds, manifestsUnder, type PushNeeds } from './needs.ts'
import type { DigestChange, PlannedBlob, PlannedCompression, PlannedManifest, PushPlan } from './plan.ts'
import { countManifestRequests } from './taggings.ts'

/** Options for a plan. */
export interface MakePlanOptions extends Omit<LookUpOptions, 'onProgress'>, ForeignLayerOptions {
  /** Bytes in one request, to count the requests by. @default 5 MiB */
  readonly chunkSize?: number | undefined
}

/** The input of a plan. */
interface Planning {
  readonly registry: Registry
  readonly pushes: readonly ImagePush[]
  /** How layers among them came about, by their digests. */
  readonly compressions: ReadonlyMap<Digest, PlannedCompression>
  /** All images that there are, with their referrers. */
  readonly images: readonly Image[]
  /** The blobs that were sent before. */
  readonly known?: KnownBlobs | undefined
  /** True if the plan tells what the tags point at now. */
  readonly asksTags: boolean
  /** True if the opening of an upload may tell what the registry has: see `PlannedPush.unasked`. */
  readonly mayStop?: boolean | undefined
  readonly progress: ProgressTracker
}

/** A plan, and the bytes of all that it sends. */
interface PlannedPush {
  readonly plan: PushPlan
  readonly contents: ReadonlyMap<Digest, Content>
  /** The blobs of the plan that the registry may have: nobody asked, because it has none of the first ones. */
  readonly unasked: ReadonlySet<number>
}

/**
 * Plans a push by what the registry has. It asks the registry, and changes nothing there.
 *
 * @throws {ValidationError} if two images would get the same tag
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function makePlan(
  { registry, pushes, compressions, images, known, asksTags, mayStop, progress }: Planning,
  options: MakePlanOptions,
): Promise<PlannedPush> {
  const chunkSize = positive('chunkSize', options.chunkSize ?? DEFAULT_CHUNK_SIZE)
  const needs = listNeeds(pushes, options)
  const found = await lookUp(
    registry,
    asksTags ? needs : { ...needs, tags: [] },
    { ...options, known, mayStop },
    progress,
  )
  const blobs = planBlobs(needs, found, compressions)
  const tags = needs.tags.map((tag) => {
    const previous = found.tags.get(`${tag.repository}:${tag.tag}`)
    return { ...tag, ...(previous && { previous }) }
  })
  const uploads = blobs.filter(({ action }) => action === 'upload')
  const mounts = blobs.filter(({ action }) => action === 'mount')
  const requestsOf = ({ size }: Descriptor) => 1 + countUploadRequests(size, chunkSize, registry.capabilities.current)
  const manifests = await planManifests(needs, images)
  const plan = {
    version: 1 as const,
    registry: registry.url,
    blobs,
    manifests,
    tags,
    digestChanges: digestChangesOf(pushes),
    totalBytes: sum(blobs, ({ size }) => size),
    uploadBytes: sum(uploads, ({ size }) => size),
    requests: sum(uploads, requestsOf) + mounts.length + countManifestRequests({ manifests, tags }),
  }
  const needed = [...needs.blobs, ...needs.manifests]
  const contents = new Map(needed.map(({ content }) => [content.digest, content]))
  return { plan, contents, unasked: found.unasked }
}

function planBlobs({ blobs }: PushNeeds, found: Found, compressions: Planning['compressions']): readonly PlannedBlob[] {
  // A repository that has the blob, or else the first one of the push: it gets the blob before the others mount it.
  const source = new Map<Digest, string>()
  for (const { content, repository } of blobs) {
    const [holder = repository] = found.blobs.get(content.digest) ?? []
    if (!source.has(content.digest)) source.set(content.digest, holder)
  }
  return blobs.map(({ repository, kind, content }) => {
    const compression = compressions.get(content.digest)
    const planned = { repository, kind, ...descriptorOf(content), ...(compression && { compression }) }
    if (found.blobs.get(content.digest)?.has(repository)) return { ...planned, action: 'present' }
    const mountFrom = source.get(content.digest)
    if (mountFrom === undefined || mountFrom === repository) return { ...planned, action: 'upload' }
    return { ...planned, action: 'mount', mountFrom }
  })
}

/** Plans the manifests. Those that the archive does not have were made here, so the plan contains their text. */
async function planManifests({ manifests }: PushNeeds, images: readonly Image[]): Promise<readonly PlannedManifest[]> {
  const inArchive = new Set(images.flatMap((image) => [...manifestsUnder(image)]).map(({ digest }) => digest))
  return Promise.all(
    manifests.map(async ({ repository, content }) => ({
      repository,
      ...descriptorOf(content),
      ...(content.subject && { subject: content.subject }),
      ...(!inArchive.has(content.digest) && { text: new TextDecoder().decode(await readAll(content.source)) }),
    })),
  )
}

function digestChangesOf(pushes: readonly ImagePush[]): readonly DigestChange[] {
  const changes = new Map<string, DigestChange>()
  for (const { originalDigest, image, repository } of pushes) {
    const to = image.manifest.digest
    if (originalDigest !== undefined) changes.set(`${repository}@${to}`, { repository, from: originalDigest, to })
  }
  return [...changes.values()]
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
