import { loaded } from '../async/lazy.ts'
import { imagesOf } from '../check-options.ts'
import type { CompressOptions } from '../compress/compress-options.ts'
import { withCompressorIf } from '../compress/with-compressor.ts'
import { trackProgress } from '../control/push-progress.ts'
import { chooseImages, type ImagesChoice } from '../images/choose-images.ts'
import type { Image } from '../images/image.ts'
import type { PlatformSelection } from '../images/platform-selection.ts'
import { referrersUnder } from '../images/platforms.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import { measureStream } from '../source/spool.ts'
import { compressIfAsked } from './compress-if-asked.ts'
import type { LookUpOptions } from './plan/look-up.ts'
import { type MakePlanOptions, makePlan } from './plan/make-plan.ts'
import { nameImages, type PushNaming } from './plan/naming.ts'
import type { PushPlan } from './plan/plan.ts'
import { preparePushes } from './plan/prepare.ts'

/** The options of `planPush`. */
export interface PlanOptions
  extends PushNaming,
    MakePlanOptions,
    LookUpOptions,
    PlatformSelection,
    CompressOptions,
    ImagesChoice {}

/**
 * Plans a push: compares the images with the content of the registry, and changes nothing there. The plan is JSON.
 * Each blob is sent once, or mounted if another repository has it: one of this push, or one of `mountFrom`. Referrers
 * of the images are in the plan too.
 *
 * With `compress`, layers are compressed to compute their digests, unless `compressions` knows them. `executePush`
 * compresses them again when it sends them.
 *
 * @param images The images of an open archive: `archive.images`.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `repository`, `tag`, `images`, `platform`, `rename`, `mountFrom`, `compress` and others: see
 *   `PlanOptions`. `signal` aborts it; the promise then rejects with the signal's reason.
 * @returns the plan, for `executePush`.
 * @throws {TypeError} if `images`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `lookups` of 0.
 * @throws {TarReadError} if `compress` is set and the archive cannot be read.
 * @throws {ValidationError} if an image has no name and none is given, two images get the same tag, a name is not
 *   valid, or a platform must be chosen.
 * @throws {DigestMismatchError} if `compress` is set and a layer does not match its digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { openArchive, planPush } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const archive = await openArchive(file)
 * const plan = await planPush(archive.images, 'https://registry.example.com')
 * console.log(plan.tags.map(({ repository, tag }) => `${repository}:${tag}`)) // [ 'team/app:v7' ]
 * console.log(plan.uploadBytes) // …
 * await archive.close()
 * ```
 */
export async function planPush(
  images: readonly Image[],
  registry: RegistryInput,
  options: PlanOptions = {},
): Promise<PushPlan> {
  const all = imagesOf(images)
  const handle = toRegistry(registry)
  const named = nameImages(await chooseImages(all, options), all, { ...options, registry: handle.url })
  const measuring = { ...options, runtime: { ...options.runtime, spool: measureStream } }
  return withCompressorIf(options.compress !== undefined, measuring, async (compressor) => {
    const progress = trackProgress(options.onProgress)
    const prepared = await preparePushes(named, all, options)
    const { heldBlobs } = await loaded(import('./held-blobs.ts'), options.signal)
    const held = heldBlobs(all, handle, options)
    const compressed = await compressIfAsked(prepared, compressor, { ...options, held }, { progress })
    const images = [...all, ...referrersUnder(all)]
    const { plan } = await makePlan({ registry: handle, images, ...compressed, asksTags: true, progress }, options)
    return plan
  })
}
