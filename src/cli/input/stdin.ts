import { UsageError } from '../terminal/usage-error.ts'

/**
 * Gives stdin to read an archive from.
 *
 * @throws {UsageError} if it is a terminal
 */
export function readStdin(): NodeJS.ReadStream {
  if (!process.stdin.isTTY) return process.stdin
  throw new UsageError(
    'Cannot read an archive from stdin: it is a terminal',
    'pass a file, or pipe an archive into the command, as in "docker save app:v1 | registry-client …"',
  )
}
