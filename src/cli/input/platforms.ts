import { UsageError } from '../terminal/usage-error.ts'

/** The options of the SDK for platforms of an archive. */
interface ArchivePlatforms {
  readonly platform?: string
  readonly platforms?: 'all' | 'available' | readonly string[]
}

/**
 * Reads the values of `--platform` for an archive: one platform, several, `all` or `available`.
 *
 * @throws {UsageError} if `all` or `available` is given with others
 */
export function archivePlatforms(values: readonly string[] = []): ArchivePlatforms {
  const [first, ...others] = values
  if (first === undefined) return {}
  const word = values.find((value): value is 'all' | 'available' => value === 'all' || value === 'available')
  if (word !== undefined) {
    if (others.length > 0) throw new UsageError(`Cannot use --platform ${word} with other platforms`)
    return { platforms: word }
  }
  return others.length > 0 ? { platforms: values } : { platform: first }
}

/** The options of the SDK for platforms of a registry's image. */
interface RegistryPlatforms {
  readonly platform?: string
  readonly platforms?: readonly string[]
}

/**
 * Reads the values of `--platform` for an image of a registry: one platform, several, or `all`, which is the default.
 *
 * @throws {UsageError} if `all` is given with others
 */
export function registryPlatforms(values: readonly string[] = []): RegistryPlatforms {
  const { platform, platforms } = archivePlatforms(values)
  if (platform !== undefined) return { platform }
  if (platforms === 'available') throw new UsageError('Cannot use --platform available: it is for archives', 'use all')
  return platforms === undefined || platforms === 'all' ? {} : { platforms }
}
