import { createTestRegistry, type RegistryProfile, type TestRegistryOptions } from '../../src/testing/index.ts'
import { plainClient, type Seen } from './plain-client.ts'

/** An embedded registry with this profile, and a plain client of it. */
export const withProfile = (profile: RegistryProfile, options: TestRegistryOptions = {}) => {
  const registry = createTestRegistry({ profile, ...options })
  return { registry, ...plainClient(registry.fetch) }
}

/** The status and the error code of a refusal. */
export const refusal = ({ status, code }: Seen) => [status, code]

/** The status of an answer, and how many bytes of an upload it says that the registry has. */
export const standing = ({ status, range }: Seen) => [status, range]

/** Makes 5 MiB and 4 MiB of a profile 5,120 and 4,096 bytes. */
export const scale = 1024

export const bytes = (length: number, letter = 'x') => letter.repeat(length)
