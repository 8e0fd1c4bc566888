import { loaded } from '../async/lazy.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import type { ZipEntry } from '../unpack/zip.ts'
import { withDefaultLimits } from './limits.ts'
import type { ReadOptions } from './read-options.ts'

/**
 * Lists the files of a zip, such as a CI system's artifact, to choose one of its archives by `{ entry }`. Its directory alone is read.
 *
 * @throws {TarReadError} if it is no zip, or is damaged
 */
export async function listZipEntries(
  zip: SourceInput,
  options: Pick<ReadOptions, 'signal' | 'limits'> = {},
): Promise<readonly ZipEntry[]> {
  const { readZipEntries } = await loaded(import('../unpack/zip.ts'), options.signal)
  return readZipEntries(toSource(zip), withDefaultLimits(options.limits), options.signal)
}
