import { fillLimits } from '../images/fill-limits.ts'
import { UNPACK_LIMITS, type UnpackLimits } from '../unpack/unpack-limits.ts'

/** Limits of an archive. They keep a hostile archive from costing more than a normal one. */
export interface ArchiveLimits extends UnpackLimits {
  /** Bytes of a JSON document: manifest, index, config. @default 8 MiB */
  readonly jsonSize: number
  /**
   * Bytes of all JSON documents together, with the manifests that are made where an archive has none. @default 32 MiB
   */
  readonly totalJsonSize: number
  /**
   * Values of all JSON documents together, with those of the manifests that are made; a key counts as two. One document
   * may have 500 000. @default 1 000 000
   */
  readonly totalJsonValues: number
  /** Bytes of the extended headers of one entry. @default 1 MiB */
  readonly extendedHeaderSize: number
  /** Manifests and indexes in all, each as often as it is listed. @default 10 000 */
  readonly manifests: number
  /** How deep indexes may list indexes. @default 4 */
  readonly indexDepth: number
}

const ARCHIVE_LIMITS: ArchiveLimits = {
  ...UNPACK_LIMITS,
  jsonSize: 8 * 1024 ** 2,
  totalJsonSize: 32 * 1024 ** 2,
  totalJsonValues: 1_000_000,
  extendedHeaderSize: 1024 ** 2,
  manifests: 10_000,
  indexDepth: 4,
}

/** Fills in the limits that are not given; throws what `fillLimits` throws. */
export function withDefaultLimits(given: Partial<ArchiveLimits> = {}): ArchiveLimits {
  return fillLimits('Cannot open the archive', ARCHIVE_LIMITS, given)
}
