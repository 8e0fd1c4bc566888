import { createWriting } from '../../control/writing.ts'
import type { Image } from '../../images/image.ts'
import type { WritableArchive } from '../../save/make-archive.ts'
import { planArchive, type WriteOptions } from '../../save/plan-archive.ts'
import { createNativeHasher } from '../native-sha256.ts'
import { openOutput } from './open-output.ts'
import type { ArchiveOutput, OpenOutput } from './output.ts'

/** An archive that was written. */
export type SavedArchive = Pick<WritableArchive, 'size' | 'images'>

/** Reads the images to write. */
export type ReadImages = () => Promise<readonly Image[]>

/**
 * Writes images into a tar, and the tar to an output. Throws what `saveArchive` of `./node` throws. It is to be called
 * inside `withControl`.
 */
export async function saveToOutput(read: ReadImages, to: ArchiveOutput, options: WriteOptions): Promise<SavedArchive> {
  // Before anything is read, since it may be that nothing can be written.
  const output = await openOutput(to)
  try {
    return await write(await read(), output, options)
  } catch (error) {
    await output.discard()
    throw error
  }
}

async function write(images: readonly Image[], output: OpenOutput, options: WriteOptions): Promise<SavedArchive> {
  const { signal, runtime: { createHasher = createNativeHasher } = {} } = options
  signal?.throwIfAborted()
  const plan = await planArchive(images, options)
  try {
    const writing = createWriting(options)
    writing.track(plan.layout.blobs)
    writing.phase('write')
    await output.write(plan.tar, { createHasher, signal, writing })
    await output.commit(plan.tar)
    writing.phase('done')
    return { size: plan.tar.size, images: plan.images }
  } finally {
    await plan.close()
  }
}
