import type { Credentials, CredentialsRequest } from '../../registry/auth/credentials.ts'
import { parseAuthEntry } from './auth-entry.ts'
import type { DockerConfig } from './config-file.ts'
import { askHelper, type HelperQuestion } from './credential-helper.ts'
import { helperServer, hostKeys, normalizeKey, repositoryKeys } from './registry-keys.ts'

/** Gets the credentials of a registry from the helper that a config names for it. */
export async function askHelperOf(
  config: DockerConfig,
  registry: string,
  timeout: number,
): Promise<Credentials | undefined> {
  const helper = helperOf(config, registry, timeout)
  return helper && askHelper(helper)
}

/** Returns the helper that a config names for a registry. */
export function helperOf(config: DockerConfig, registry: string, timeout: number): HelperQuestion | undefined {
  const name = findHelper(config, registry)
  return name ? { name, place: config.place, server: helperServer(registry), timeout } : undefined
}

/** Finds the name of a host's helper. An empty name means that the host has no helper, even if `credsStore` is set. */
function findHelper({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined {
  const keys = hostKeys(registry)
  const own = Object.entries(credHelpers).find(([key]) => keys.includes(normalizeKey(key)))
  return typeof own?.[1] === 'string' ? own[1] : credsStore
}

/** Finds the credentials of a registry in the entries of a config. */
export function findEntry({ auths, place }: DockerConfig, request: CredentialsRequest): Credentials | undefined {
  // The key that Docker writes today has priority over keys of older versions.
  const today = helperServer(request.registry)
  const entries = Object.entries(auths).sort(([one], [other]) => Number(other === today) - Number(one === today))
  for (const wanted of repositoryKeys(request)) {
    for (const [key, entry] of entries) {
      const found = normalizeKey(key) === wanted ? parseAuthEntry(entry, `the entry "${key}" of ${place}`) : undefined
      if (found) return found
    }
  }
  return undefined
}
