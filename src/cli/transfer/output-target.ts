import { stat } from 'node:fs/promises'
import { UsageError } from '../terminal/usage-error.ts'

/** Where images are written. */
export type OutputTarget =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }

/**
 * Reads the value of `-o`: `-` is stdout; a folder that exists, or a path that ends with a slash, is an OCI layout; any
 * other path is a tar.
 *
 * @throws {UsageError} if the file exists and `--force` is not given, or stdout is a terminal or has to take the JSON
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
  if (status?.isDirectory() || /[/\\]$/.test(output)) return { kind: 'folder', path: output }
  if (status?.isFile() && !force) {
    throw new UsageError(`Cannot write "${output}": it exists`, 'pass --force to replace it')
  }
  return { kind: 'file', path: output }
}
