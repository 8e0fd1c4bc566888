import { RegistryError } from '../errors.ts'

/** Remedies for errors of the file system, by their codes. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space, or choose a path on another disk',
  EDQUOT: 'free some space, or choose a path on another disk',
  EFBIG: 'choose a path on a disk with another file system',
  EACCES: 'choose a path that you may write to',
  EPERM: 'choose a path that you may write to',
  EROFS: 'choose a path that you may write to',
  ENOENT: 'create the folder first, or choose another path',
  EEXIST: 'choose another path: a file has this one',
  ENOTDIR: 'choose a path in a folder',
  EBUSY: 'choose another path: this one is a mount point, or in use',
  EPIPE: 'keep the reader open until the end',
}

/**
 * Turns an error of the file system into one that names the path and the remedy.
 *
 * @param what The path in quotes, or the stream, for the message.
 */
export async function saving<T>(what: string, act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (cause) {
    throw notSaved(what, cause)
  }
}

/** Makes the error for what cannot be written. */
export function notSaved(what: string, cause: unknown): RegistryError {
  // Node's message ends with the path, which would appear twice.
  const reason = String(cause instanceof Error ? cause.message : cause).replace(/, \w+( '.*)?$/s, '')
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? ''
  return new RegistryError('STORAGE_FAILED', `Cannot write ${what}: ${reason}`, { remedy: REMEDIES[code], cause })
}

/** Catches the error for a path where nothing is. */
export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
