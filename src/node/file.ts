import { type FileHandle, open, stat } from 'node:fs/promises'
import { TarReadError } from '../errors.ts'
import type { SourceInput } from '../source/from.ts'
import { exactSource, type Source } from '../source/source.ts'

/** What an archive may be given as where there is a file system: also a path, or a `file:` URL. */
export type ArchiveInput = SourceInput | string | URL

/** An open file. Close it when done. */
export interface FileSource extends Source {
  close(): Promise<void>
}

/**
 * Opens a file as a source, whatever its size: only the ranges that are asked for are read.
 * Not by `openAsBlob`, which is wrong from 4 GiB on in Node (nodejs/node#52585) and reads everything in Deno.
 *
 * @throws {TarReadError} if it cannot be opened, or is no file
 */
export async function openFile(path: string | URL): Promise<FileSource> {
  const { file, size } = await openRegular(path).catch((cause) => {
    if (cause instanceof TarReadError) throw cause
    // Node puts the path behind its message once more.
    const reason = String(cause instanceof Error ? cause.message : cause).replace(/, \w+ '.*'$/s, '')
    throw new TarReadError(`Cannot open "${path}": ${reason}`, { cause })
  })

  async function read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(end - start)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  }
  return { ...exactSource({ size, read }), close: () => file.close() }
}

/** Looks before it opens: opening a pipe waits for somebody to write to it. */
async function openRegular(path: string | URL): Promise<{ file: FileHandle; size: number }> {
  const status = await stat(path)
  if (status.isFile()) return { file: await open(path), size: status.size }
  throw new TarReadError(`Cannot open "${path}": it is no regular file; save what it gives to one first`)
}

/** Opens an archive that is given as a path for as long as it is used; takes every other one as it is. */
export async function withArchive<T>(archive: ArchiveInput, use: (source: SourceInput) => Promise<T>): Promise<T> {
  if (typeof archive !== 'string' && !(archive instanceof URL)) return use(archive)
  const file = await openFile(archive)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}
