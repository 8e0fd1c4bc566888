import type { Descriptor } from '../oci/descriptor.ts'

/**
 * Adds up the sizes of images as a registry stores them: a config or layer that several of them have counts once.
 *
 * @param rows Rows of `listTagDetails`, or results of `getImageInfo`. A row with an `error` counts nothing.
 * @returns the sum in bytes. A registry may store less, since other repositories may share layers.
 * @throws {TypeError} if `rows` is not iterable.
 * @example
 * ```ts
 * import { listTagDetails, sumSizes } from 'registry-api-v2-client'
 *
 * const rows = []
 * for await (const row of listTagDetails('https://registry.example.com', 'team/app')) rows.push(row)
 * console.log(sumSizes(rows)) // 21193
 * ```
 */
export function sumSizes(rows: Iterable<{ readonly blobs: readonly Descriptor[] }>): number {
  const sizes = new Map<string, number>()
  for (const { blobs } of rows) for (const { digest, size } of blobs) sizes.set(digest, size)
  let sum = 0
  for (const size of sizes.values()) sum += size
  return sum
}
