import { createWriteStream } from 'node:fs'
import { access, constants, lstat, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { show } from '../../check-options.ts'
import { publicUrl, RegistryError } from '../../errors.ts'
import { saving, unlessMissing } from '../saving.ts'
import { fileOutput } from './file-output.ts'
import type { ArchiveOutput, OpenOutput } from './output.ts'
import { streamOutput } from './stream-output.ts'

/**
 * Opens the output of an archive.
 *
 * @throws {TypeError} if it is neither a path nor a stream
 * @throws {RegistryError} if it cannot be written
 */
export async function openOutput(to: ArchiveOutput): Promise<OpenOutput> {
  if (isWritable(to)) return streamOutput(to, 'the archive to the stream')
  const path = toPath(to)
  const what = `"${path}"`
  const status = await saving(what, stat(path).catch(unlessMissing))
  if (status?.isDirectory() || /[/\\]$/.test(path)) throw isFolder(path)
  if (!status) return fileOutput(await saving(what, endOfLinks(path)))
  await saving(what, access(path, constants.W_OK))
  // A pipe or a device stays what it is.
  if (!status.isFile()) return streamOutput(createWriteStream(path), what, true)
  // A link stays: its file is replaced.
  return fileOutput(await saving(what, realpath(path)), status.mode & 0o777)
}

/**
 * Returns the path of a file or a folder that will be written.
 *
 * @throws {TypeError} if it is not a path
 */
export function toPath(to: unknown, wanted = 'a path, or a Node stream such as process.stdout'): string {
  if (to instanceof URL && isLocal(to)) return fileURLToPath(to)
  if (typeof to === 'string' && to !== '' && !/^(https?:|file:\/\/)/.test(to)) return to
  const shown = to instanceof URL || typeof to === 'string' ? `"${to && publicUrl(String(to))}"` : show(to)
  const isText = typeof to === 'string' && to.startsWith('file:')
  throw new TypeError(`Cannot write to ${shown}: pass ${isText ? 'a path, or new URL(…) of this text' : wanted}`)
}

/** Tells whether a URL names a file of this machine. One with the name of another host does not, except on Windows. */
function isLocal(url: URL): boolean {
  if (url.protocol !== 'file:') return false
  try {
    fileURLToPath(url)
    return true
  } catch {
    return false
  }
}

/** Returns where a path leads whose file does not exist. A link to that file stays. */
async function endOfLinks(path: string): Promise<string> {
  const status = await lstat(path).catch(unlessMissing)
  if (!status?.isSymbolicLink()) return path
  const folder = await realpath(dirname(path))
  return endOfLinks(resolve(folder, await readlink(path)))
}

function isWritable(to: unknown): to is Writable {
  const candidate = to as Partial<Writable> | null
  if (typeof candidate !== 'object' || candidate === null) return false
  const methods = ['write', 'end', 'destroy', 'on', 'off'] as const
  return methods.every((name) => typeof candidate[name] === 'function')
}

function isFolder(path: string): RegistryError {
  return new RegistryError('STORAGE_FAILED', `Cannot write "${path}": it is a folder`, {
    remedy: 'pass the path of a file; saveLayout() writes a folder',
  })
}
