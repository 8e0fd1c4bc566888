import { loaded } from '../async/lazy.ts'
import { runPool } from '../async/pool.ts'
import { controlOf } from '../control/controller.ts'
import { ResponseError } from '../errors.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Execution } from './execution.ts'
import type { PushOptions } from './push-options.ts'
import { putManifests } from './put-manifests.ts'
import { sendBlob, weigh } from './send-blob.ts'

/** Sends the blobs of a plan, then its manifests, then its tags. Throws what `executePush` does. */
export async function runPlan(
  { plan, contents, uploader, known, unasked }: Execution,
  options: Pick<PushOptions, 'controller' | 'signal' | 'verify'>,
): Promise<void> {
  const control = controlOf(options)
  const { registry, progress } = uploader
  const { signal } = options
  progress.track(
    plan.blobs.map(({ action, ...blob }) => {
      const state = known?.find(blob.digest)?.get(blob.repository)
      return { ...blob, state: state ?? (action === 'present' ? action : undefined) }
    }),
  )
  // Loaded before the first byte is sent, so that the push cannot fail for it afterwards.
  const verification = options.verify ? await loaded(import('./verify-push.ts')) : undefined
  const unaskedBlobs = unasked?.size ? await loaded(import('./unasked-blobs.ts')) : undefined

  progress.phase('blobs')
  const blobs = [...plan.blobs.entries()].filter(([index]) => !unasked?.has(index))
  // A mount may be from a repository that gets the blob in this push.
  for (const action of ['upload', 'mount'] as const) {
    await runPool(
      blobs.filter(([, blob]) => blob.action === action),
      control,
      signal,
      ([index, blob], signal) => sendBlob(contents.get(blob.digest) as Content, index, blob, uploader, signal),
      ([, blob]) => weigh(blob, control),
    )
  }
  await unaskedBlobs?.sendUnaskedBlobs({ plan, contents, uploader, unasked }, control, signal)
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
