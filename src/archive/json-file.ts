import { ValidationError } from '../errors.ts'
import { measureJson } from '../oci/json.ts'
import { readAll } from '../source/source.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import { openEntry } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'
import type { Reading } from './reading.ts'

/**
 * Reads a JSON file of the archive whole.
 *
 * @throws {ValidationError} if it is not there, or is longer than such a file may be, or has too many values
 */
export async function readJsonFile(reading: Reading, path: string, namedBy: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openEntry(reading.files, path, namedBy, reading.signal)
  claimJson(reading, source.size, path)
  const bytes = await readAll(source, reading.signal)
  claimValues(reading, bytes, path)
  return bytes
}

/**
 * @throws {ValidationError} before a JSON document is read that is longer than it may be, or too much together with the
 *   others
 */
export function claimJson(reading: Reading, size: number, path: string): void {
  const { jsonSize, totalJsonSize } = reading.limits
  reading.json.size += size
  if (size <= jsonSize && reading.json.size <= totalJsonSize) return
  throw size > jsonSize
    ? tooMuch(path, `it has ${size} bytes, more than the ${jsonSize} that JSON in an archive may have`, 'jsonSize')
    : tooMuch(path, `the JSON documents of the archive have more than ${totalJsonSize} bytes together`, 'totalJsonSize')
}

/**
 * @throws {ValidationError} before a JSON document is parsed, if it has more values than all documents together may
 *   have
 */
export function claimValues({ json, limits }: Reading, bytes: Uint8Array, path: string): void {
  json.values += measureJson(bytes).values
  if (json.values <= limits.totalJsonValues) return
  const fault = `the JSON documents of the archive have more than ${limits.totalJsonValues} values together`
  throw tooMuch(path, fault, 'totalJsonValues')
}

function tooMuch(path: string, fault: string, limit: keyof ArchiveLimits): ValidationError {
  return new ValidationError('LIMIT_EXCEEDED', `Cannot read ${JSON.stringify(path)}: ${fault}`, {
    remedy: raiseLimit(limit),
    path,
  })
}
