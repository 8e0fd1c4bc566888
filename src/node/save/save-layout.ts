import { createWriting } from '../../control/writing.ts'
import type { Image } from '../../images/image.ts'
import type { WritableArchive } from '../../save/make-archive.ts'
import { planArchive, type WriteOptions } from '../../save/plan-archive.ts'
import { createNativeHasher } from '../native-sha256.ts'
import { type LayoutFolder, openLayoutFolder } from './layout-folder.ts'
import { sharedTags } from './layout-index.ts'
import { toPath } from './open-output.ts'
import type { ReadImages } from './save-archive.ts'

/** A layout that images were written into. */
export type SavedLayout = Pick<WritableArchive, 'images'>
/** The options of `saveLayout`: those of `writeArchive`, without the format. */
export type SaveLayoutOptions = Omit<WriteOptions, 'format'>

/**
 * Writes images into a folder. Throws what `saveLayout` of `./node` throws. It is to be called inside `withControl`.
 */
export async function saveToFolder(
  read: ReadImages,
  folder: string | URL,
  options: SaveLayoutOptions,
): Promise<SavedLayout> {
  const target = await openLayoutFolder(toPath(folder))
  return write(await read(), target, options)
}

async function write(images: readonly Image[], target: LayoutFolder, options: SaveLayoutOptions): Promise<SavedLayout> {
  const { signal, onWarning, runtime: { createHasher = createNativeHasher } = {} } = options
  signal?.throwIfAborted()
  const plan = await planArchive(images, options)
  try {
    const writing = createWriting(options)
    writing.track(plan.layout.blobs)
    writing.phase('write')
    const passing = { createHasher, signal, writing }
    const blobs = plan.tar.entries.filter(({ blob }) => blob)
    await target.writeBlobs(blobs, passing, writing.present)
    const index = await target.list(plan.layout.listed, passing)
    writing.phase('done')
    for (const tag of sharedTags(index, plan.layout.listed)) onWarning?.(sharedTag(tag))
    return { images: plan.images }
  } finally {
    await plan.close()
  }
}

function sharedTag(tag: string): string {
  return `Several images of the folder have the tag ${JSON.stringify(tag)}; tools that know only the tag find the first of them.`
}
