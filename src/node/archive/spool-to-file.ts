import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegistryError } from '../../errors.ts'
import type { OpenSource } from '../../source/spool.ts'
import type { ByteStream } from '../../source/stream.ts'
import { removeLeftovers, temporaryName } from '../temporary-files.ts'
import { descriptorSource } from './file.ts'
import { OpenDescriptor } from './open-descriptor.ts'
import { writeBehind } from './write-behind.ts'

const PREFIX = 'registry-api-v2-client-spool'

/**
 * Writes a stream to a temporary file that only its owner may read.
 * The file is unlinked at once, so that it disappears with the process however that ends. Windows does not allow this.
 * The next call removes files left over from killed processes.
 *
 * @throws {RegistryError} if the file cannot be written; `TMPDIR` selects a folder with enough space
 */
export async function spoolToFile(stream: ByteStream, signal?: AbortSignal): Promise<OpenSource> {
  await removeLeftovers(tmpdir(), PREFIX)
  const path = join(tmpdir(), temporaryName(PREFIX))
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
  await writeBehind(stream, (piece) => {
    signal?.throwIfAborted()
    const position = size
    size += piece.byteLength
    return spooling(file.write(piece, position))
  })
  return size
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
