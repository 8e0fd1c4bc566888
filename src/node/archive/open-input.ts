import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { publicUrl } from '../../errors.ts'
import type * as core from '../../index.ts'
import { beginReading } from './begin-reading.ts'
import { named, openFile } from './file.ts'
import { readFolder } from './folder.ts'
import { openPipe } from './pipe.ts'

/**
 * The forms in which an archive can be passed where there is a file system. A string or a `file:` URL is the path of a
 * file, a folder or a pipe.
 */
export type ArchiveInput = core.SourceInput | core.StreamInput | core.FolderInput | string | URL

/** An archive in a form that the portable entry accepts; `close` closes the file behind it. */
interface OpenInput<T> {
  readonly input: T | core.ArchiveInput
  close(): Promise<void>
}

/** Opens the file, folder or pipe at a path. Begins to read a stream of Node. */
export async function openInput<T>(given: T | string | URL, options: core.ReadOptions): Promise<OpenInput<T>> {
  if (typeof given !== 'string' && !(given instanceof URL)) {
    return { input: beginReading(given), close: async () => undefined }
  }
  if (/^https?:/.test(String(given))) {
    throw new TypeError(`Cannot open "${publicUrl(String(given))}" as a path: pass the response of fetch() for it`)
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

/** Opens an archive's file, calls `use`, and closes the file. */
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
