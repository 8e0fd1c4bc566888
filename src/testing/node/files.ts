import { randomUUID } from 'node:crypto'
import { rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OpenDescriptor } from '../../node/archive/open-descriptor.ts'
import { saving, unlessMissing } from '../../node/saving.ts'
import type { StoredBytes } from '../storage.ts'

/** The size of one read in bytes. */
const PIECE = 256 * 1024

/** Returns the size of a file in bytes, or `undefined` if it does not exist. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const status = await saving(`"${path}"`, stat(path).catch(unlessMissing))
  return status?.isFile() ? status.size : undefined
}

/** The bytes of a file. It is open only while a reader reads, which may continue if the file is deleted. */
export function storedFile(path: string, size: number): StoredBytes {
  return { size, pieces: (start, end) => piecesOf(path, start, end) }
}

async function* piecesOf(path: string, start: number, end: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const file = await OpenDescriptor.open(path)
  try {
    for (let offset = start; offset < end; ) {
      const piece = new Uint8Array(Math.min(PIECE, end - offset))
      const length = await file.read(piece, 0, piece.length, offset)
      if (length === 0) return
      yield piece.subarray(0, length)
      offset += length
    }
  } finally {
    await file.close()
  }
}

/** Writes a file so that it is either whole or not there, even after a power failure. */
export async function writeWhole(drafts: string, path: string, bytes: Uint8Array): Promise<void> {
  const draft = join(drafts, randomUUID())
  try {
    const file = await saving(`"${path}"`, OpenDescriptor.open(draft, 'wx'))
    try {
      await saving(`"${path}"`, file.write(bytes, 0))
    } finally {
      await file.close()
    }
    await moveWhole(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Gives a finished file its name. Its bytes are on the disk before its name is. */
export async function moveWhole(from: string, to: string): Promise<void> {
  // Windows flushes only files that are open for writing.
  await saving(`"${to}"`, flush(from, 'r+'))
  await saving(`"${to}"`, rename(from, to))
  await flushFolder(dirname(to))
}

/** Waits until the names in a folder are on the disk. */
export async function flushFolder(path: string): Promise<void> {
  // Windows cannot open a folder.
  if (process.platform !== 'win32') await saving(`"${path}"`, flush(path, 'r'))
}

async function flush(path: string, flags: string): Promise<void> {
  const file = await OpenDescriptor.open(path, flags)
  try {
    await file.flush()
  } finally {
    await file.close()
  }
}
