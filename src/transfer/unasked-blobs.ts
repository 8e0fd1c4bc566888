import { runPool } from '../async/pool.ts'
import type { Control } from '../control/controller.ts'
import type { Content } from '../oci/descriptor.ts'
import { hasBlob } from '../registry/blobs.ts'
import { withScopes } from '../registry/registry.ts'
import { locateRepository } from '../registry/repository.ts'
import { mountsOwn } from '../registry/upload/mounts-own.ts'
import type { Execution } from './execution.ts'
import type { PlannedBlob } from './plan/plan.ts'
import { sendBlob, type Uploader, weigh } from './send-blob.ts'

/**
 * Sends the blobs that nobody has looked for, and that their repository may have. Where the registry mounts a blob from
 * its own repository, the request that opens the upload tells, so that a blob takes two requests, not three. Elsewhere
 * each blob is looked for first. So a blob that is there is never sent. Call it when the other blobs are there: one of
 * them shows whether the registry mounts so.
 */
export async function sendUnaskedBlobs(
  { plan, contents, uploader, unasked }: Execution,
  control: Control,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sample = plan.blobs.find((_, index) => !unasked?.has(index))
  const tells = sample !== undefined && (await mountsOwn(uploader.registry, sample.repository, sample, signal))
  const send = tells ? sendUnlessMounted : sendUnlessThere
  await runPool(
    [...plan.blobs.entries()].filter(([index]) => unasked?.has(index)),
    control,
    signal,
    ([index, blob], signal) => send({ blob, index, content: contents.get(blob.digest) as Content }, uploader, signal),
    ([, blob]) => weigh(blob, control),
  )
}

/** A blob of a plan, with its bytes and its place in the progress. */
interface UnaskedBlob {
  readonly blob: PlannedBlob
  readonly index: number
  readonly content: Content
}

async function sendUnlessMounted(unasked: UnaskedBlob, uploader: Uploader, signal: AbortSignal): Promise<void> {
  const { blob, index, content } = unasked
  const { repository } = blob
  const outcome = await sendBlob(content, index, { repository, mountFrom: repository }, uploader, signal)
  // A mount says nothing of the size.
  if (outcome === 'mounted') await sendUnlessThere(unasked, uploader, signal)
}

async function sendUnlessThere({ blob, index, content }: UnaskedBlob, uploader: Uploader, signal: AbortSignal) {
  const { registry, progress } = uploader
  const { repository } = blob
  const writing = withScopes(registry, locateRepository(registry.url, repository).push)
  if (await hasBlob(writing, repository, content, signal)) progress.blob(index, 'present', content.size)
  else await sendBlob(content, index, { repository }, uploader, signal)
}
