import { loaded } from '../async/lazy.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import type { ZipEntry } from '../unpack/zip.ts'
import { withDefaultLimits } from './limits.ts'
import type { ReadOptions } from './read-options.ts'

/**
 * Lists the files of a zip, such as the artifact of a CI system. Pass the path of one as the option `entry` to push
 * that archive. It reads only the zip's directory.
 *
 * @param zip A `File`, a `Blob` or bytes.
 * @param options `limits` of the zip's directory, and `signal`; an abort rejects with the signal's reason.
 * @returns the path and the sizes in bytes of each file.
 * @throws {TypeError} if `zip` has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the file cannot be read, is not a zip, is damaged, or exceeds a limit.
 * @example
 * ```ts
 * import { listZipEntries } from 'registry-api-v2-client'
 *
 * // zip is a File, from <input type="file"> or a drop
 * const files = await listZipEntries(zip)
 * console.log(files.map(({ path }) => path)) // [ 'exported.tar' ]
 * ```
 */
export async function listZipEntries(
  zip: SourceInput,
  options: Pick<ReadOptions, 'signal' | 'limits'> = {},
): Promise<readonly ZipEntry[]> {
  const { readZipEntries } = await loaded(import('../unpack/zip.ts'), options.signal)
  return readZipEntries(toSource(zip), withDefaultLimits(options.limits), options.signal)
}
