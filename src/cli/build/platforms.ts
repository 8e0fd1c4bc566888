import { formatPlatform, type Image, runnableImages } from '../../node/index.ts'
import { registryPlatforms } from '../input/platforms.ts'
import { UsageError } from '../terminal/usage-error.ts'

/**
 * Finds the platforms of an index that get files: those that are given, or the only one.
 *
 * @throws {UsageError} if there are several and none is given, or `all` is given with others
 */
export function platformsOf(image: Image, given: readonly string[] | undefined): 'all' | readonly string[] {
  if (given === undefined) {
    const platforms = runnableImages(image).map(({ platform }) => formatPlatform(platform))
    if (platforms.length < 2) return 'all'
    throw new UsageError(
      `Cannot add files to an image of several platforms: ${platforms.join(', ')}`,
      `choose with --platform ${platforms[0]}, or --platform all`,
    )
  }
  const { platform, platforms = 'all' } = registryPlatforms(given)
  return platform === undefined ? platforms : [platform]
}
