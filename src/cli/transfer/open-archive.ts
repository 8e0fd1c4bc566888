import { type Archive, openArchive } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import { readStdin } from './stdin.ts'

/**
 * Opens an archive for as long as it is used.
 *
 * @param input The path of a file or a folder, or `-` for stdin.
 */
export async function withArchive<T>(
  { signal, onWarning, showProgress }: Context,
  input: string,
  entry: string | undefined,
  use: (archive: Archive) => Promise<T>,
): Promise<T> {
  const archive = await openArchive(input === '-' ? readStdin() : input, {
    signal,
    onWarning,
    entry,
    onOpenProgress: showProgress,
  })
  try {
    return await use(archive)
  } finally {
    await archive.close()
  }
}
