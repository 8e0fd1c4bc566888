import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { publicUrl } from '../../errors.ts'
import type * as core from '../../index.ts'
import { named, openFile } from './file.ts'
import { readFolder } from './folder.ts'
import { openPipe } from './pipe.ts'

/** What an archive may be given as where there is a file system: also the path, or the `file:` URL, of a file, a folder or a pipe. */
export type ArchiveInput = core.SourceInput | core.StreamInput | core.FolderInput | string | URL

/** An archive as the portable entry takes it, and the file behind it. */
interface OpenInput<T> {
  readonly input: T | core.ArchiveInput
  close(): Promise<void>
}

/** Opens what a path leads to; takes everything else as it is. */
export async function openInput<T>(given: T | string | URL, options: core.ReadOptions): Promise<OpenInput<T>> {
  if (typeof given !== 'string' && !(given instanceof URL)) return { input: given, close: async () => undefined }
  if (/^https?:/.test(String(given))) {
    throw new TypeError(`Cannot open "${publicUrl(String(given))}" as a path: pass what fetch() gives for it`)
  }
  const path = typeof given === 'string' ? given : fileURLToPath(given)
  const status = await named(path, stat(path))
  if (status.isDirectory()) return { input: await readFolder(path, options), close: async () => undefined }
  if (status.isFile()) {
    const file = await openFile(path)
    return { input: file, close: file.close }
  }
  const { bytes, close } = await openPipe(path, status)
  return { input: bytes, close }
}

/** Opens an archive's file for as long as it is used. */
export async function withInput<T, R>(
  given: T | string | URL,
  options: core.ReadOptions,
  use: (input: T | core.ArchiveInput) => Promise<R>,
): Promise<R> {
  const { input, close } = await openInput(given, options)
  try {
    return await use(input)
  } finally {
    await close()
  }
}
