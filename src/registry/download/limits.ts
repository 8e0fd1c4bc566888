import { optionsOf } from '../../check-options.ts'
import { fillLimits } from '../../images/fill-limits.ts'

/** Limits of an image in a registry, so that a hostile one costs no more than an honest one. */
export interface DownloadLimits {
  /** Bytes of a manifest, an index or a config. @default 8 MiB */
  readonly jsonSize: number
  /** Bytes of all manifests, indexes and configs together. @default 16 MiB */
  readonly totalJsonSize: number
  /** JSON values of all of them together; a key counts as two. @default 250 000 */
  readonly totalJsonValues: number
  /** Manifests and indexes in all, each as often as it is listed. @default 10 000 */
  readonly manifests: number
  /** How deep indexes may list indexes, and referrers may have referrers. @default 4 */
  readonly indexDepth: number
}

const DOWNLOAD_LIMITS: DownloadLimits = {
  jsonSize: 8 * 1024 ** 2,
  totalJsonSize: 16 * 1024 ** 2,
  totalJsonValues: 250_000,
  manifests: 10_000,
  indexDepth: 4,
}

/** Fills in the limits that are not given; throws what `fillLimits` throws. */
export function withDefaultLimits(given: Partial<DownloadLimits> = {}): DownloadLimits {
  return fillLimits('Cannot read the image', DOWNLOAD_LIMITS, optionsOf(given, 'limits as an object'))
}
