import { list } from '../check-options.ts'
import { isDigest } from '../oci/digest.ts'
import { parseRepositoryOf, parseTag, parseTagOrDigest } from '../oci/reference.ts'
import { isSameRegistry, type Registry, toRegistry } from '../registry/registry.ts'
import type { CopySource, CopyTarget } from './copy-options.ts'

/** The two repositories of a copy. */
export interface RepositoryRoute {
  readonly source: Registry
  readonly from: string
  readonly target: Registry
  readonly to: string
  /** True if both are in one registry, with the same credentials: then blobs can be mounted. */
  readonly isOneRegistry: boolean
}

/** The route of one image. */
export interface Route extends RepositoryRoute {
  /** A tag or a digest. */
  readonly reference: string
  readonly tags: readonly string[]
}

/**
 * Finds the route of an image.
 *
 * @throws {ValidationError} if a repository, the reference or a tag is not valid
 */
export function routeOf(from: CopySource, to: CopyTarget): Route {
  const reference = parseTagOrDigest(from.reference)
  const { tags = isDigest(reference) ? [] : [reference] } = to
  return { ...repositoryRouteOf(from, to), reference, tags: [...new Set(list('tags', tags).map(parseTag))] }
}

/** Finds the route from one repository to another. */
export function repositoryRouteOf(from: Omit<CopySource, 'reference'>, to: Omit<CopyTarget, 'tags'>): RepositoryRoute {
  const source = toRegistry(from.registry)
  const other = toRegistry(to.registry)
  const isOneRegistry = isSameRegistry(source, other)
  const name = parseRepositoryOf(source.url, from.repository)
  return {
    source,
    from: name,
    target: isOneRegistry ? source : other,
    to: to.repository === undefined ? name : parseRepositoryOf(other.url, to.repository),
    isOneRegistry,
  }
}
