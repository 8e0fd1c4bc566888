import { BLOCK_SIZE, END_SIZE, paddingAfter } from '../tar/blocks.ts'
import type { ArchiveFile } from './archive-files.ts'

/** A file in a tar. */
interface TarEntry extends ArchiveFile {
  /** Where its bytes begin in the tar. Its header is the block before. */
  readonly offset: number
}

/** The plan of a tar, with the place of each file. */
export interface TarPlan {
  readonly entries: readonly TarEntry[]
  /** In bytes, with the end of the tar. */
  readonly size: number
}

/** Plans a tar. It needs only the sizes of its files. */
export function planTar(files: readonly ArchiveFile[]): TarPlan {
  let end = 0
  const entries = files.map((file): TarEntry => {
    const offset = end + BLOCK_SIZE
    end = offset + file.source.size + paddingAfter(file.source.size)
    return { ...file, offset }
  })
  return { entries, size: end + END_SIZE }
}
