import type { Image } from '../../images/image.ts'
import type { WritableArchive } from '../../save/make-archive.ts'
import type { WriteOptions } from '../../save/plan-archive.ts'
import { openOutput } from './open-output.ts'
import type { ArchiveOutput } from './output.ts'
import { writePlan } from './write-plan.ts'

/** An archive that was written. */
export type SavedArchive = Pick<WritableArchive, 'size' | 'images'>

/** Reads the images to write. */
export type ReadImages = () => Promise<readonly Image[]>

/**
 * Writes images into a tar, and the tar to an output. Throws what `saveArchive` of `./node` throws. Call it inside
 * `withControl`.
 */
export async function saveToOutput(read: ReadImages, to: ArchiveOutput, options: WriteOptions): Promise<SavedArchive> {
  // First, so that nothing is read if the output cannot be written.
  const output = await openOutput(to)
  try {
    const { tar, images } = await writePlan(await read(), options, async ({ tar }, passing) => {
      await output.write(tar, passing)
      await output.commit(tar)
    })
    return { size: tar.size, images }
  } catch (error) {
    await output.discard()
    throw error
  }
}
