import { stat } from 'node:fs/promises'
import { basename, isAbsolute, normalize, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ArtifactFile, ArtifactFiles } from '../../artifacts/artifact-files.ts'
import { list, text } from '../../check-options.ts'
import { TarReadError } from '../../errors.ts'
import type { RuntimeOptions } from '../../runtime.ts'
import { lazyFile, named } from '../archive/file.ts'
import { folderFile } from './folder-file.ts'

/** A file or a folder on the disk. */
export interface ArtifactPath extends Omit<ArtifactFile, 'data' | 'title'> {
  /** Its path or `file:` URL. */
  readonly path: string | URL
  /** Its path in the artifact. @default its path, if that is relative and leads down; otherwise its name */
  readonly title?: string | undefined
}

/** The files of an artifact where there is a file system: also paths of files and folders. */
export type ArtifactInput = ReadonlyArray<ArtifactFiles[number] | ArtifactPath | string | URL>

interface PathOptions extends RuntimeOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds the files at paths. A folder becomes one file, a gzipped tar, as oras makes it.
 *
 * @throws {TypeError} if a path is not a text or a URL
 * @throws {TarReadError} if a path cannot be read, or is that of a device, a socket or a pipe
 */
export async function withPaths(given: ArtifactInput, options: PathOptions): Promise<ArtifactFiles> {
  const files: ArtifactFiles[number][] = []
  for (const one of list('files', given, 'an array of paths, or of files: { title, data }')) {
    const isPath = typeof one === 'string' || one instanceof URL
    const file = isPath ? { path: one } : one
    const isOnDisk = typeof file === 'object' && file !== null && 'path' in file && !('data' in file)
    files.push(isOnDisk ? await fileAt(file as ArtifactPath, options) : (file as ArtifactFiles[number]))
  }
  return files
}

async function fileAt({ path: given, ...file }: ArtifactPath, options: PathOptions): Promise<ArtifactFile> {
  const path = given instanceof URL ? fileURLToPath(given) : text('path', given, 'the path of a file or a folder')
  const status = await named(path, stat(path))
  const title = file.title ?? titleOf(path)
  if (status.isDirectory()) return folderFile(path, { ...file, title }, options)
  if (!status.isFile()) throw notFile(path)
  return { ...file, title, data: lazyFile(path, status.size) }
}

function titleOf(path: string): string {
  const parts = normalize(path).split(sep).filter(Boolean)
  return isAbsolute(path) || parts[0] === '..' || parts[0] === '.' ? basename(resolve(path)) : parts.join('/')
}

/** Its size says 0, so its bytes would be lost. */
function notFile(path: string): TarReadError {
  return new TarReadError('FILE_UNREADABLE', `Cannot open "${path}": it is not a regular file`, {
    remedy: 'pass a stream of its bytes as { title, data }',
    path,
  })
}
