import { loaded } from '../async/lazy.ts'
import { imagesOf, optionalList } from '../check-options.ts'
import type { CompressOptions } from '../compress/compress-options.ts'
import { withCompressorIf } from '../compress/with-compressor.ts'
import type { Image } from '../images/image.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import { measureStream } from '../source/spool.ts'
import { compressIfAsked } from './compress-if-asked.ts'
import { trackProgress } from './control/progress.ts'
import type { LookUpOptions } from './plan/look-up.ts'
import { type MakePlanOptions, makePlan } from './plan/make-plan.ts'
import { nameImages, type PushNaming } from './plan/naming.ts'
import type { PushPlan } from './plan/plan.ts'
import { type PlatformSelection, preparePushes } from './plan/prepare.ts'

/** The options of `planPush`. */
export interface PlanOptions extends PushNaming, MakePlanOptions, LookUpOptions, PlatformSelection, CompressOptions {
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
  const handle = toRegistry(registry)
  const named = nameImages(await chooseImages(all, options), all, { ...options, registry: handle.url })
  const measuring = { ...options, runtime: { ...options.runtime, spool: measureStream } }
  return withCompressorIf(options.compress !== undefined, measuring, async (compressor) => {
    const progress = trackProgress(options.onProgress)
    const prepared = await preparePushes(named, all, options)
    const compressed = await compressIfAsked(prepared, compressor, options, { progress })
    const { plan } = await makePlan({ registry: handle, images: all, ...compressed, asksTags: true, progress }, options)
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
