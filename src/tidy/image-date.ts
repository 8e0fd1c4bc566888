import { show } from '../check-options.ts'
import { isIndex } from '../oci/manifest.ts'
import { readFacts } from '../registry/image-facts.ts'
import { readIndexFacts } from '../registry/index-images.ts'
import { manifestAt } from '../registry/manifests.ts'
import { readManifest } from '../registry/read-manifest.ts'
import type { Registry } from '../registry/registry.ts'

const HOUR = 60 * 60 * 1000
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR }
/** Docker's first release. Tools that make reproducible images write 0001, 1970 or 1980. */
const FIRST = Date.UTC(2013, 2, 20)

/**
 * Reads the point in time before which images are old.
 *
 * @returns milliseconds since 1970
 * @throws {TypeError} if it is neither a date nor an age
 */
export function parseOlderThan(olderThan: Date | string, now = Date.now()): number {
  if (olderThan instanceof Date && !Number.isNaN(olderThan.getTime())) return olderThan.getTime()
  const [, count, unit = ''] = (typeof olderThan === 'string' && /^(\d{1,6})([hdw])$/.exec(olderThan)) || []
  if (count !== undefined) return now - Number(count) * (UNITS[unit] as number)
  throw new TypeError(
    `Cannot use olderThan: it has to be a Date, or an age such as '12h', '30d' or '8w', not ${show(olderThan)}`,
  )
}

/**
 * Reads when an image was made, by its config or annotation; of an index, when its newest image was made. No registry
 * tells when something was pushed.
 *
 * @returns milliseconds since 1970; `undefined` without a date, or with one that cannot be right: before Docker
 *   existed, or in the future
 */
export async function readImageDate(
  registry: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal | undefined,
  now = Date.now(),
): Promise<number | undefined> {
  const { manifest } = await readManifest(manifestAt(registry, repository, digest), signal)
  const { created } = isIndex(manifest)
    ? await readIndexFacts(registry, repository, manifest, signal)
    : await readFacts(registry, repository, manifest, undefined, signal)
  const time = Date.parse(created ?? '')
  return time >= FIRST && time <= now + 24 * HOUR ? time : undefined
}
