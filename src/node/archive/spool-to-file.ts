import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegistryError } from '../../errors.ts'
import type { OpenSource } from '../../source/spool.ts'
import type { ByteStream } from '../../source/stream.ts'
import { descriptorSource } from './file.ts'
import { OpenDescriptor } from './open-descriptor.ts'

const PREFIX = 'registry-api-v2-client-spool'
const NAME = new RegExp(`^${PREFIX}-(\\d+)-`)

/**
 * Writes a stream to a temporary file that only its owner may read.
 * The file is unlinked at once, so that it disappears with the process however that ends. Windows does not allow this.
 * The next call removes files left over from killed processes.
 *
 * @throws {RegistryError} if the file cannot be written; `TMPDIR` selects a folder with enough space
 */
export async function spoolToFile(stream: ByteStream, signal?: AbortSignal): Promise<OpenSource> {
  await removeLeftovers()
  const path = join(tmpdir(), `${PREFIX}-${process.pid}-${randomUUID()}`)
  const file = await spooling(OpenDescriptor.open(path, 'wx+', 0o600))
  const isNameless = await rm(path).then(
    () => true,
    () => false,
  )
  const close = async () => {
    await file.close()
    if (!isNameless) await rm(path, { force: true })
  }
  try {
    const size = await write(file, stream, signal)
    return { ...descriptorSource(file, size), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function write(file: OpenDescriptor, stream: ByteStream, signal?: AbortSignal): Promise<number> {
  let size = 0
  let writing = Promise.resolve()
  try {
    for await (const piece of stream) {
      signal?.throwIfAborted()
      await writing
      // Continues while the next piece is produced.
      writing = writePiece(file, piece, size)
      // The write may fail before it is awaited. An unhandled rejection would end the process.
      writing.catch(() => {})
      size += piece.length
    }
  } finally {
    await writing
  }
  return size
}

async function writePiece(file: OpenDescriptor, piece: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < piece.length; ) {
    written += await spooling(file.write(piece, written, piece.length - written, position + written))
  }
}

/**
 * Removes the files of processes that no longer exist. Files of other users stay, and files whose process ID is in use
 * again.
 */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const owner = NAME.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(tmpdir(), name), { force: true }).catch(() => {})
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // Any other error means that the process exists.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

async function spooling<T>(act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RegistryError('STORAGE_FAILED', `Cannot spool the archive to a file in "${tmpdir()}": ${reason}`, {
      remedy: 'set the variable TMPDIR to another folder',
      cause,
    })
  }
}
