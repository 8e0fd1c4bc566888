import type { WritableArchive } from '../../save/make-archive.ts'
import type { WriteOptions } from '../../save/plan-archive.ts'
import { openLayoutFolder } from './layout-folder.ts'
import { sharedTags } from './layout-index.ts'
import { toPath } from './open-output.ts'
import type { ReadImages } from './save-archive.ts'
import { writePlan } from './write-plan.ts'

/** A layout that images were written into. */
export type SavedLayout = Pick<WritableArchive, 'images'>
/** The options of `saveLayout`: those of `writeArchive`, without the format. */
export type SaveLayoutOptions = Omit<WriteOptions, 'format'>

/** Writes images into a folder. Throws what `saveLayout` of `./node` throws. Call it inside `withControl`. */
export async function saveToFolder(
  read: ReadImages,
  folder: string | URL,
  options: SaveLayoutOptions,
): Promise<SavedLayout> {
  const target = await openLayoutFolder(toPath(folder, 'the path of a folder'))
  const { images } = await writePlan(await read(), options, async ({ tar, layout }, passing) => {
    const blobs = tar.entries.filter(({ blob }) => blob)
    await target.writeBlobs(blobs, passing, passing.writing.present)
    const index = await target.list(layout.listed, passing)
    for (const tag of sharedTags(index, layout.listed)) options.onWarning?.(sharedTag(tag))
  })
  return { images }
}

function sharedTag(tag: string): string {
  return `Several images of the folder have the tag ${JSON.stringify(tag)}; tools that know only the tag find the first of them.`
}
