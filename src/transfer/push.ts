import { loaded } from '../async/lazy.ts'
import { runPool } from '../async/pool.ts'
import { imagesOf, show } from '../check-options.ts'
import type { OnRead } from '../compress/compressor.ts'
import { withCompressorIf } from '../compress/with-compressor.ts'
import { ResponseError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import { controlOf, withControl } from './control/controller.ts'
import { trackProgress } from './control/progress.ts'
import { type ControlledRegistry, underControl } from './controlled-registry.ts'
import type { KnownBlobs } from './look-up.ts'
import type { PushPlan } from './plan.ts'
import type { PushOptions } from './push-options.ts'
import { putManifests } from './put-manifests.ts'
import { sendBlob, weigh, withUploader } from './send-blob.ts'

/**
 * Carries out a plan: all blobs, several at once, then the manifests in their order, then the tags. No tag moves before everything
 * that it names is in the registry; after a failure or an abort, open upload sessions are cancelled, unless
 * `sessions` keeps them.
 *
 * @param images Those of the archive that the plan was made of: the bytes come from there.
 * @throws {ValidationError} if the images lack what the plan names
 * @throws {TypeError} if the plan is none, or was made for another registry, or with another encoder
 * @throws {DigestMismatchError} if an archive's bytes are not what it says they are
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
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
    const given = imagesOf(images)
    if (plan.registry !== handle.url) {
      throw new TypeError(
        `Cannot push to ${handle.url}: the plan was made for ${plan.registry}; make one for this registry`,
      )
    }
    const compresses = plan.blobs.some(({ compression }) => compression !== undefined)
    await withCompressorIf(compresses, options, async (compressor) => {
      const { findContents } = await loaded(import('./contents.ts'), options.signal)
      const find = (onRead: OnRead) => findContents(plan, given, { ...options, compressor, onRead })
      await execute(plan, find, await underControl(handle, options), options)
    })
  })
}

function isPlan(plan: PushPlan): boolean {
  if (typeof plan?.registry !== 'string') return false
  return [plan.blobs, plan.manifests, plan.tags].every(Array.isArray)
}

/**
 * The same with a registry that is under the push's control already.
 *
 * @param findContents Gives the bytes of all that is sent, and tells what is read of layers that are compressed for it.
 * @param options.known What was sent before the plan was made.
 */
export async function execute(
  plan: PushPlan,
  findContents: (onRead: OnRead) => Promise<ReadonlyMap<Digest, Content>>,
  controlled: ControlledRegistry,
  options: PushOptions & { readonly known?: KnownBlobs | undefined },
): Promise<void> {
  const control = controlOf(options)
  const { registry, speed } = controlled
  const { signal, known } = options
  const tracked = plan.blobs.map(({ action, ...blob }) => {
    const state = known?.find(blob.digest)?.get(blob.repository)
    return { ...blob, state: state ?? (action === 'present' ? action : undefined) }
  })
  const progress = trackProgress(tracked, options.onProgress, speed.measure)
  const contents = await findContents(progress.compress)
  // Before the first byte is sent: afterwards the push shall not fail because it cannot be loaded.
  const verification = options.verify ? await loaded(import('./verify-push.ts')) : undefined

  progress.phase('blobs')
  const blobs = [...plan.blobs.entries()]
  // A mount may be from a repository that gets the blob in this push.
  await withUploader(controlled, progress, options, async (uploader) => {
    for (const action of ['upload', 'mount'] as const) {
      const turn = blobs.filter(([, blob]) => blob.action === action)
      await runPool(
        turn,
        control,
        signal,
        ([index, blob], signal) => sendBlob(contents.get(blob.digest) as Content, index, blob, uploader, signal),
        ([, blob]) => weigh(blob, control),
      )
    }
  })
  progress.phase('manifests')
  await putManifests(registry, plan, contents, signal).catch(async (error) => {
    if (!(error instanceof ResponseError)) throw error
    const { explainRefusal } = await loaded(import('./refused-manifest.ts'))
    throw await explainRefusal(
      error,
      plan,
      plan.manifests.map(({ digest }) => contents.get(digest) as Content),
    )
  })
  if (verification) {
    progress.phase('verify')
    await verification.verifyPush(registry, plan, control, signal)
  }
  progress.phase('done')
}
