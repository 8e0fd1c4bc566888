import { RegistryError } from './errors.ts'

/**
 * Waits for a part of this package, or for another package, that loads when it is needed.
 *
 * @throws {RegistryError} if it does not load
 */
export async function loaded<T>(part: Promise<T>): Promise<T> {
  try {
    return await part
  } catch (cause) {
    throw new RegistryError(
      'Cannot load a part of registry-api-v2-client; in a page, reload it, as its files may have changed; in a bundle, keep the package that does not load external',
      { cause },
    )
  }
}
