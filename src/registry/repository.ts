import { parseRepository } from '../oci/reference.ts'
import { isDockerHub } from '../oci/registry-address.ts'
import { pullScope, pushScope, type Scope } from './auth/scope.ts'

/** Where a repository is in its registry, and what working on it asks for. */
interface RepositoryAddress {
  /** As the registry knows it. */
  readonly name: string
  /** Relative to the registry's base URL, ending in a slash. */
  readonly path: string
  readonly pull: readonly Scope[]
  readonly push: readonly Scope[]
}

/**
 * Finds a repository. Docker Hub keeps its official images, which have no slash in their names, under `library/`.
 *
 * @param registry The registry's base URL.
 * @throws {ValidationError} if the name is no repository's
 */
export function locateRepository(registry: string, repository: string): RepositoryAddress {
  const given = parseRepository(repository)
  const name = isDockerHub(new URL(registry)) && !given.includes('/') ? `library/${given}` : given
  return { name, path: `v2/${name}/`, pull: [pullScope(name)], push: [pushScope(name)] }
}
