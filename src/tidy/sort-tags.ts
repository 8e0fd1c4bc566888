import { list } from '../check-options.ts'
import { compareTexts, compareVersions, parseVersion, type Version } from './version-order.ts'

/**
 * Sorts tags by the versions in them, the newest first, as semver orders them: `1.10`, `1.10-rc.1`, `1.9`. Versions
 * with a text in front of the number, such as `debian-12.5`, follow by this text. Tags without a version, such as
 * `latest`, come last, by name.
 *
 * @param tags The tags, such as the result of `listTags`.
 * @returns the tags in this order, in a new array.
 * @throws {TypeError} if `tags` is not an array.
 * @example
 * ```ts
 * import { sortTags } from 'registry-api-v2-client'
 *
 * console.log(sortTags(['v9', 'latest', 'v10', 'v10-rc.1'])) // [ 'v10', 'v10-rc.1', 'v9', 'latest' ]
 * ```
 */
export function sortTags(tags: readonly string[]): readonly string[] {
  const parsed = list('tags', tags, 'an array of tags').map((tag) => ({ tag, version: parseVersion(tag) }))
  return parsed
    .sort((one, other) => compareNewest(one.version, other.version) || compareTexts(one.tag, other.tag))
    .map(({ tag }) => tag)
}

function compareNewest(one: Version | undefined, other: Version | undefined): number {
  if (!one || !other) return Number(!one) - Number(!other)
  return compareTexts(one.series, other.series) || compareVersions(other, one)
}
