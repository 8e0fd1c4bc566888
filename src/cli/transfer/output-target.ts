import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { existingFile, UsageError } from '../terminal/usage-error.ts'

/** Where images are written. */
export type OutputTarget =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }

/**
 * Reads the value of `-o`: `-` is stdout; a folder that exists, or a path that ends with a slash, is an OCI layout; any
 * other path is a tar.
 *
 * @throws {UsageError} if the file exists and `--force` is not given, the folder has other files, or stdout is a
 *   terminal or has to take the JSON
 */
export async function readOutput(
  output: string,
  { force, json }: { readonly force?: true | undefined; readonly json?: true | undefined },
): Promise<OutputTarget> {
  if (output === '') throw new UsageError('Cannot write to a file without a name', 'pass a path to -o')
  if (output === '-') {
    if (json) throw new UsageError('Cannot use --json with -o -: both write to stdout', 'write to a file')
    if (!process.stdout.isTTY) return { kind: 'stdout' }
    throw new UsageError('Cannot write an archive to a terminal', 'pass -o FILE, or pipe the command into another one')
  }
  const status = await stat(output).catch(() => undefined)
  if (status?.isDirectory()) await refuseOtherFiles(output)
  if (status?.isDirectory() || /[/\\]$/.test(output)) return { kind: 'folder', path: output }
  if (status?.isFile() && !force) throw existingFile(output)
  return { kind: 'file', path: output }
}

/** Keeps an image out of a folder of other files, such as `.` or a home. */
async function refuseOtherFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  // An interrupted command leaves a layout that has only blobs.
  if (names.length === 0 || names.some((name) => ['oci-layout', 'index.json', 'blobs'].includes(name))) return
  const file = join(folder, 'image.tar')
  throw new UsageError(
    `Cannot write an OCI layout into the folder "${folder}": it has other files`,
    `pass a new folder, or a file such as ${file}`,
  )
}
