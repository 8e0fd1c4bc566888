import type { CompressOptions } from '../compress/compress-options.ts'
import { withCompressorIf } from '../compress/with-compressor.ts'
import { controlOf } from '../control/controller.ts'
import { trackProgress } from '../control/push-progress.ts'
import type { Image } from '../images/image.ts'
import type { PlatformSelection } from '../images/platform-selection.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import { compressIfAsked } from './compress-if-asked.ts'
import type { HeldBlobs } from './compress-layers.ts'
import { underControl } from './controlled-registry.ts'
import { type MakePlanOptions, makePlan } from './plan/make-plan.ts'
import type { ImagePush } from './plan/needs.ts'
import type { PushPlan } from './plan/plan.ts'
import { preparePushes } from './plan/prepare.ts'
import type { PushOptions } from './push-options.ts'
import { runPlan } from './run-plan.ts'
import { withUploader } from './send-blob.ts'

interface PushImagesOptions extends PushOptions, PlatformSelection, CompressOptions, MakePlanOptions, HeldBlobs {}

/**
 * Pushes images: prepares what is pushed of each, compresses layers if asked, plans, and executes the plan. All of it
 * is under one control and has one progress. Layers are sent as soon as they are compressed, and the plan finds them
 * there. Call it inside `withControl`.
 *
 * @param images All images of the archive.
 * @returns the plan that was executed
 */
export async function pushImages(
  pushes: readonly ImagePush[],
  images: readonly Image[],
  registry: RegistryInput,
  options: PushImagesOptions,
): Promise<PushPlan> {
  const controlled = await underControl(toRegistry(registry), options)
  const progress = trackProgress(options.onProgress, controlled.speed.measure)
  return withCompressorIf(options.compress !== undefined, options, (compressor) =>
    withUploader(controlled, progress, options, async (uploader) => {
      const prepared = await preparePushes(pushes, images, options)
      const handling = { progress, uploader, control: controlOf(options) }
      const compressed = await compressIfAsked(prepared, compressor, options, handling)
      // A resumed upload is found before another one is opened, and a verification reads what was there before.
      const mayStop = !options.sessions && !options.verify
      const planning = { registry: controlled.registry, images, ...compressed, asksTags: false, mayStop, progress }
      const planned = await makePlan(planning, options)
      await runPlan({ ...planned, uploader, known: compressed.known }, options)
      return planned.plan
    }),
  )
}
