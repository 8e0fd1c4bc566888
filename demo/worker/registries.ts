import { openRegistry } from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'

/** The addresses of registries. */
export function createRegistries(session: Session) {
  return {
    /**
     * Checks an address as a user types it, and sends no request.
     *
     * @returns the base URL
     * @throws {ValidationError} if it is no address of a registry
     */
    check: (address: string): string => openRegistry(address).url,

    /** The name of the user who has signed in to a registry, if the page asked them. */
    async userOf(address: string): Promise<string | undefined> {
      const credentials = await session.credentialsOf(address)
      return credentials && 'username' in credentials ? credentials.username : undefined
    },
  }
}
