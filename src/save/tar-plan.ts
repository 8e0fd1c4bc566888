import { END_SIZE, paddingAfter } from '../tar/blocks.ts'
import { tarHeader } from '../tar/write-header.ts'
import type { ArchiveFile } from './archive-files.ts'

/** A file in a tar. */
interface TarEntry extends ArchiveFile {
  readonly header: Uint8Array<ArrayBuffer>
  /** Where its bytes begin in the tar. Its header is directly before. */
  readonly offset: number
}

/** The plan of a tar, with the place of each file. */
export interface TarPlan {
  readonly entries: readonly TarEntry[]
  /** In bytes, with the end of the tar. */
  readonly size: number
}

/** Plans a tar. It needs only the paths and sizes of its files. */
export function planTar(files: readonly ArchiveFile[]): TarPlan {
  let end = 0
  const entries = files.map((file): TarEntry => {
    const { size } = file.source
    const header = tarHeader({ path: file.path, size })
    const offset = end + header.length
    end = offset + size + paddingAfter(size)
    return { ...file, header, offset }
  })
  return { entries, size: end + END_SIZE }
}
