/// <reference lib="esnext.disposable" preserve="true" />

import { stat } from 'node:fs/promises'
import { TarReadError } from '../../errors.ts'
import { disposable } from '../../source/disposable.ts'
import { exactSource, type Source } from '../../source/source.ts'
import type { OpenSource } from '../../source/spool.ts'
import { OpenDescriptor } from './open-descriptor.ts'

/**
 * Opens a file of any size as a `Source`. It reads only the ranges that are asked for. It does not use `openAsBlob`,
 * which is wrong from 4 GiB on in Node (nodejs/node#52585) and reads the whole file in Deno.
 *
 * @param path The path of the file, or its `file:` URL.
 * @returns the source, with its `size` in bytes. Call its `close()` when it is no longer needed.
 * @throws {TarReadError} if the file cannot be opened, or is not a regular file.
 * @example
 * ```ts
 * import { openFile } from 'registry-api-v2-client/node'
 *
 * const file = await openFile('exported.tar')
 * const header = await file.read(0, 512)
 * console.log(header.length) // 512
 * await file.close()
 * ```
 */
export async function openFile(path: string | URL): Promise<OpenSource & AsyncDisposable> {
  // Checked first, because opening a pipe waits for a writer.
  const status = await named(path, stat(path))
  if (!status.isFile()) throw new TarReadError('FILE_UNREADABLE', `Cannot open "${path}": it is not a regular file`)
  const file = await named(path, OpenDescriptor.open(path))
  return disposable({ ...descriptorSource(file, status.size), close: () => file.close() })
}

/** Creates a source from an open file. */
export function descriptorSource(file: OpenDescriptor, size: number): Source {
  return exactSource({ size, read: (start, end, _, into) => readRange(file, start, end, into) })
}

/** Creates a source that opens its file for each read, for folders with more files than may be open at once. */
export function lazyFile(path: string, size: number): Source {
  async function read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = await named(path, OpenDescriptor.open(path))
    try {
      return await readRange(file, start, end)
    } finally {
      await file.close()
    }
  }
  return exactSource({ size, read })
}

/** Turns a file system error into a `TarReadError` that names the path. */
export async function named<T>(path: string | URL, act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (cause) {
    // Node's message ends with the path, which would appear twice.
    const reason = String(cause instanceof Error ? cause.message : cause).replace(/, \w+ '.*/s, '')
    throw new TarReadError('FILE_UNREADABLE', `Cannot open "${path}": ${reason}`, { remedy: remedyOf(cause), cause })
  }
}

function remedyOf(cause: unknown): string {
  const { code = '' } = cause as NodeJS.ErrnoException
  return ['EACCES', 'EPERM'].includes(code) ? 'choose a file that you may read' : 'check the path'
}

async function readRange(
  file: OpenDescriptor,
  start: number,
  end: number,
  into?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = into && into.length >= end - start ? into.subarray(0, end - start) : new Uint8Array(end - start)
  let filled = 0
  while (filled < bytes.length) {
    const bytesRead = await file.read(bytes, filled, bytes.length - filled, start + filled).catch((cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new TarReadError('FILE_UNREADABLE', `Cannot read the file at byte ${start + filled}: ${reason}`, {
        offset: start + filled,
        cause,
      })
    })
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
