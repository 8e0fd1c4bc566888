import { openRegistry } from 'registry-api-v2-client'

/** The addresses of registries. */
export function createRegistries() {
  return {
    /**
     * Checks an address as a user types it, and sends no request.
     *
     * @returns the base URL
     * @throws {ValidationError} if it is no address of a registry
     */
    check: (address: string): string => openRegistry(address).url,
  }
}
