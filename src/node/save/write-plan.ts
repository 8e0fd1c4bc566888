import { createWriting, type Writing } from '../../control/writing.ts'
import type { Image } from '../../images/image.ts'
import { type ArchivePlan, planArchive, type WriteOptions } from '../../save/plan-archive.ts'
import type { Passing } from '../../save/verified-pieces.ts'
import { createNativeHasher } from '../native-sha256.ts'

/**
 * Plans an archive of images, calls `write` with the plan, and tells the progress of it. At the end it releases what
 * was made for the plan.
 *
 * @returns the plan that was written
 */
export async function writePlan(
  images: readonly Image[],
  options: WriteOptions,
  write: (plan: ArchivePlan, passing: Passing & { readonly writing: Writing }) => Promise<void>,
): Promise<ArchivePlan> {
  const { signal, runtime: { createHasher = createNativeHasher } = {} } = options
  signal?.throwIfAborted()
  const plan = await planArchive(images, options)
  try {
    const writing = createWriting(options)
    writing.track(plan.tar.entries.flatMap(({ blob }) => blob ?? []))
    writing.phase('write')
    await write(plan, { createHasher, signal, writing })
    writing.phase('done')
    return plan
  } finally {
    await plan.close()
  }
}
