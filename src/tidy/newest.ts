import type { Digest } from '../oci/digest.ts'
import { compareVersions, parseVersion, type Version } from './version-order.ts'

/** Finds the newest images by their dates. Images that are as old as the last of them count too. */
export function newestByDate(dates: ReadonlyMap<Digest, number>, count: number): ReadonlySet<Digest> {
  return newestOf(dates, (one, other) => one - other, count)
}

/**
 * Finds the newest images by the versions in their tags, in each series of versions. Images with the same version as
 * the last of them count too.
 */
export function newestByVersion(images: ReadonlyMap<string, Digest>, count: number): ReadonlySet<Digest> {
  const allSeries = new Map<string, Map<Digest, Version>>()
  for (const [tag, digest] of images) {
    const version = parseVersion(tag)
    if (!version) continue
    const series = allSeries.get(version.series) ?? new Map<Digest, Version>()
    allSeries.set(version.series, series)
    const other = series.get(digest)
    if (!other || compareVersions(other, version) < 0) series.set(digest, version)
  }
  return new Set([...allSeries.values()].flatMap((series) => [...newestOf(series, compareVersions, count)]))
}

function newestOf<T>(
  images: ReadonlyMap<Digest, T>,
  compare: (one: T, other: T) => number,
  count: number,
): ReadonlySet<Digest> {
  const sorted = [...images].sort(([, one], [, other]) => compare(other, one))
  const last = sorted[count - 1]
  const newest = last ? sorted.filter(([, value]) => compare(value, last[1]) >= 0) : count > 0 ? sorted : []
  return new Set(newest.map(([digest]) => digest))
}
