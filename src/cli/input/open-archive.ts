import { type Archive, openArchive } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import { readStdin } from './stdin.ts'

/**
 * Opens an archive.
 *
 * @param input The path of a file or a folder, or `-` for stdin.
 * @param entry The archive in a zip of several.
 */
export function openArchiveInput(
  { signal, limits, onWarning, showProgress }: Context,
  input: string,
  entry?: string,
): Promise<Archive> {
  const archive = input === '-' ? readStdin() : input
  return openArchive(archive, { signal, limits, onWarning, entry, onOpenProgress: showProgress })
}

/** Opens an archive for as long as it is used. */
export async function withArchive<T>(
  context: Context,
  input: string,
  entry: string | undefined,
  use: (archive: Archive) => Promise<T>,
): Promise<T> {
  const archive = await openArchiveInput(context, input, entry)
  try {
    return await use(archive)
  } finally {
    await archive.close()
  }
}
