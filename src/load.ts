import { RegistryError } from './errors.ts'

/**
 * Waits for a part of this package, or of what it is made with, that is loaded when it is met.
 *
 * @throws {RegistryError} if it does not come
 */
export async function loaded<T>(part: Promise<T>): Promise<T> {
  try {
    return await part
  } catch (cause) {
    throw new RegistryError(
      'Cannot load a part of registry-api-v2-client: its file does not come; in a page, load that anew, since its files may be others by now',
      { cause },
    )
  }
}
