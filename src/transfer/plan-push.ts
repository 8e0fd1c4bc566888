import { loaded } from '../async/lazy.ts'
import { imagesOf, optionalList, positive } from '../check-options.ts'
import type { CompressOptions } from '../compress/compress-options.ts'
import type { Compressor } from '../compress/compressor.ts'
import { withCompressorIf } from '../compress/with-compressor.ts'
import type { Image } from '../images/image.ts'
import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type Registry, type RegistryInput, toRegistry } from '../registry/registry.ts'
import { countUploadRequests } from '../registry/upload/chunk.ts'
import { readAll } from '../source/source.ts'
import { measureStream } from '../source/spool.ts'
import type { CompressedPushes } from './compress-layers.ts'
import type { ControlledRegistry } from './controlled-registry.ts'
import { type Found, type KnownBlobs, type LookUpOptions, lookUp } from './look-up.ts'
import { nameImages, type PushNaming } from './naming.ts'
import { type ImagePush, type LayoutOptions, layOutPush, manifestsUnder, type PushLayout } from './needs.ts'
import type { DigestChange, PlannedBlob, PlannedManifest, PushPlan } from './plan.ts'
import { type PlatformSelection, preparePushes } from './prepare.ts'
import { DEFAULT_CHUNK_SIZE } from './push-options.ts'
import { countManifestRequests } from './put-manifests.ts'

/** What plans and pushes share. */
export interface PlanningOptions extends LookUpOptions, PlatformSelection, CompressOptions, LayoutOptions {
  /** Bytes in one request, to count the requests by. @default 5 MiB */
  readonly chunkSize?: number | undefined
}

/** What to plan. */
export interface PlanOptions extends PushNaming, PlanningOptions {
  /** Which of the images, each by a name of its own or its index from 0. @default all */
  readonly images?: ReadonlyArray<string | number> | undefined
}

/**
 * Works out what a push would do, with what the registry has, and without changing anything there.
 * A blob is sent once, and mounted where another repository has it: one of the push, or of `mountFrom`. Referrers go along.
 * With `compress`, layers are compressed to learn their digests, unless `compressions` knows them; the bytes are made again when they are sent.
 *
 * @param images Those of an open archive.
 * @throws {ValidationError} if an image has no name and is given none, two would get the same tag, or a choice of platforms is needed
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function planPush(
  images: readonly Image[],
  registry: RegistryInput,
  options: PlanOptions = {},
): Promise<PushPlan> {
  const all = imagesOf(images)
  const named = nameImages(await chooseImages(all, options), all, options)
  const measuring = { ...options, spool: measureStream }
  return withCompressorIf(options.compress !== undefined, measuring, async (compressor) => {
    const { plan } = await planPushes(named, all, toRegistry(registry), options, compressor)
    return plan
  })
}

/** Those of the images that are asked for. */
export async function chooseImages(
  all: readonly Image[],
  { images, platform }: Pick<PlanOptions, 'images' | 'platform'>,
): Promise<readonly Image[]> {
  const chosen = optionalList('the option images', images)
  if (!chosen) return all
  const { chooseImage } = await loaded(import('../images/choose-image.ts'))
  return chosen.map((image) => chooseImage(all, { image, platform }))
}

/** A plan, and the bytes of all that it sends. */
export interface PlannedPush {
  readonly plan: PushPlan
  readonly contents: ReadonlyMap<Digest, Content>
  /** What of it was sent before the plan was made. */
  readonly known?: KnownBlobs | undefined
}

/**
 * The same for images whose places are known. What the compressor keeps need not be made again when the plan is carried out.
 *
 * @param options.controlled Through which layers are sent while others are compressed. Nobody will see the plan: what tags point at now is not asked.
 *   @default none is sent
 */
export async function planPushes(
  pushes: readonly ImagePush[],
  images: readonly Image[],
  registry: Registry,
  options: PlanningOptions & { readonly controlled?: ControlledRegistry },
  compressor: Compressor | undefined,
): Promise<PlannedPush> {
  const chunkSize = positive('chunkSize', options.chunkSize ?? DEFAULT_CHUNK_SIZE)
  const prepared = await compressed(await preparePushes(pushes, images, options), compressor, options)
  const layout = layOutPush(prepared.pushes, options)
  const found = await lookUp(registry, options.controlled ? { ...layout, tags: [] } : layout, {
    ...options,
    known: prepared.known,
  })
  const blobs = planBlobs(layout, found, prepared)
  const tags = layout.tags.map((tag) => {
    const previous = found.tags.get(`${tag.repository}:${tag.tag}`)
    return { ...tag, ...(previous && { previous }) }
  })
  const uploads = blobs.filter(({ action }) => action === 'upload')
  const mounts = blobs.filter(({ action }) => action === 'mount')
  const requestsOf = ({ size }: Descriptor) => 1 + countUploadRequests(size, chunkSize, registry.capabilities.current)
  const manifests = await planManifests(layout, images)
  const plan = {
    registry: registry.url,
    blobs,
    manifests,
    tags,
    digestChanges: digestChangesOf(prepared.pushes),
    totalBytes: sum(blobs, ({ size }) => size),
    uploadBytes: sum(uploads, ({ size }) => size),
    requests: sum(uploads, requestsOf) + mounts.length + countManifestRequests({ manifests, tags }),
  }
  const needed = [...layout.blobs, ...layout.manifests]
  const contents = new Map(needed.map(({ content }) => [content.digest, content]))
  return { plan, contents, known: prepared.known }
}

async function compressed(
  pushes: readonly ImagePush[],
  compressor: Compressor | undefined,
  options: PlanningOptions & { readonly controlled?: ControlledRegistry },
): Promise<CompressedPushes> {
  if (!compressor) return { pushes, compressions: new Map() }
  const { compressPushes } = await loaded(import('./compress-layers.ts'), options.signal)
  return compressPushes(pushes, compressor, options)
}

function planBlobs({ blobs }: PushLayout, found: Found, { compressions }: CompressedPushes): readonly PlannedBlob[] {
  // Who has it already, or else the first of the push, which has it by the time the others need it.
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

/** With the text of those that are not in the archive: they were made of what is. */
async function planManifests({ manifests }: PushLayout, images: readonly Image[]): Promise<readonly PlannedManifest[]> {
  const inArchive = new Set(images.flatMap((image) => [...manifestsUnder(image)]).map(({ digest }) => digest))
  return Promise.all(
    manifests.map(async ({ repository, content }) => ({
      repository,
      ...descriptorOf(content),
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
