import { loaded } from '../async/lazy.ts'
import { imagesOf, show } from '../check-options.ts'
import { withCompressorIf } from '../compress/with-compressor.ts'
import { withControl } from '../control/controller.ts'
import { trackProgress } from '../control/push-progress.ts'
import type { Image } from '../images/image.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import { underControl } from './controlled-registry.ts'
import type { PushPlan } from './plan/plan.ts'
import type { PushOptions } from './push-options.ts'
import { runPlan } from './run-plan.ts'
import { withUploader } from './send-blob.ts'

/**
 * Executes a plan: sends the blobs, several at once, then the manifests in the plan's order, then the tags. It sets no
 * tag before all blobs and manifests are in the registry. After a failure or an abort it cancels open uploads, unless
 * `sessions` keeps them.
 *
 * @param plan The plan that `planPush` made, or its JSON parsed again.
 * @param images The images of the archive that the plan was made of. The bytes come from there.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `onProgress`, `signal`, `controller`, `concurrency`, `chunkSize`, `sessions` and others: see
 *   `PushOptions`.
 * @throws {TypeError} if `plan` is not a plan, has another `version`, or was made for another registry or by another
 *   encoder; or if `images`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {TarReadError} if the archive cannot be read.
 * @throws {ValidationError} if the images lack a blob or manifest of the plan.
 * @throws {DigestMismatchError} if bytes of the archive do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { executePush, openArchive, planPush } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const archive = await openArchive(file)
 * const plan = await planPush(archive.images, 'https://registry.example.com')
 * await executePush(plan, archive.images, 'https://registry.example.com')
 * await archive.close()
 * ```
 */
export async function executePush(
  plan: PushPlan,
  images: readonly Image[],
  registry: RegistryInput,
  options: PushOptions = {},
): Promise<void> {
  return withControl(options, async (options) => {
    const handle = toRegistry(registry)
    if (!isPlan(plan)) {
      throw new TypeError(
        `Cannot push: the plan has to be what planPush resolves to (await it), or JSON.parse of its text, not ${show(plan)}`,
      )
    }
    if (plan.version !== 1) {
      throw new TypeError(
        `Cannot push: the plan has version ${show(plan.version)}, and only version 1 can be executed; plan again with planPush`,
      )
    }
    const given = imagesOf(images)
    if (plan.registry !== handle.url) {
      throw new TypeError(
        `Cannot push to ${handle.url}: the plan was made for ${plan.registry}; make one for this registry`,
      )
    }
    const compresses = plan.blobs.some(({ compression }) => compression !== undefined)
    const controlled = await underControl(handle, options)
    const progress = trackProgress(options.onProgress, controlled.speed.measure)
    await withCompressorIf(compresses, options, async (compressor) => {
      const { findContents } = await loaded(import('./contents.ts'), options.signal)
      const contents = await findContents(plan, given, { ...options, compressor, onRead: progress.compress })
      await withUploader(controlled, progress, options, (uploader) => runPlan({ plan, contents, uploader }, options))
    })
  })
}

function isPlan(plan: PushPlan): boolean {
  if (typeof plan?.registry !== 'string') return false
  return [plan.blobs, plan.manifests, plan.tags].every(Array.isArray)
}
