import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, lstat, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RegistryError } from '../../node/index.ts'
import { existingFile, UsageError } from '../terminal/usage-error.ts'

/** How a file is written. */
interface SaveSettings {
  /** True to replace a file that exists. */
  readonly force?: true | undefined
  readonly signal: AbortSignal
}

/**
 * Refuses a path that exists.
 *
 * @throws {UsageError} if it does, and `force` is not given
 */
export async function requireFree(path: string, { force }: Pick<SaveSettings, 'force'>): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory()) throw new UsageError(`Cannot write "${path}": it is a folder`, 'pass the path of a file')
  if (found && !force) throw existingFile(path)
}

/** Writes a file that is whole or absent: under another name first. */
export async function saveFile(
  path: string,
  content: ReadableStream<Uint8Array>,
  { force, signal }: SaveSettings,
): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`)
  try {
    await pipeline(content, createWriteStream(part, { flags: 'wx' }), { signal })
    await (force ? rename(part, path) : link(part, path))
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof RegistryError ? error : unwritable(path, error)
  } finally {
    await rm(part, { force: true })
  }
}

function unwritable(path: string, cause: unknown): RegistryError {
  const { code = String(cause) } = cause as NodeJS.ErrnoException
  const fault = `Cannot write "${path}": ${code}`
  return new RegistryError('STORAGE_FAILED', fault, { remedy: 'choose another path, or free some disk space', cause })
}
