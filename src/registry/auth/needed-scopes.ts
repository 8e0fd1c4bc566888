import { CATALOG, mergeScopes, type Scope, splitScope } from './scope.ts'

/**
 * The actions that a request can need for its own repository. `metadata_read` is Azure's, and `*` that of distribution
 * before 2.7.
 */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  GET: ['pull', 'metadata_read'],
  HEAD: ['pull', 'metadata_read'],
  DELETE: ['pull', 'push', 'delete', '*'],
}
const WRITING = ['pull', 'push']

/**
 * The most rights that a request can need: those to the repository in its path, or to the list of all repositories.
 *
 * @param base The registry's base URL. A registry below a path may have a part of that path in the names of its
 *   repositories.
 */
export function scopesOfRequest(method: string, url: URL, base: URL): readonly Scope[] {
  const path = url.pathname.slice(base.pathname.length)
  if (path === 'v2/_catalog') return [CATALOG]
  const name = /^v2\/(.+?)\/(?:tags|manifests|blobs|referrers|_[a-z]+)\//.exec(path)?.[1]
  if (name === undefined) return []
  const actions = (ACTIONS[method] ?? WRITING).join(',')
  const folders = base.pathname.split('/').filter(Boolean)
  const names = [name, ...folders.map((_, index) => [...folders.slice(index), name].join('/'))]
  return names.map((name) => `repository:${name}:${actions}`)
}

/** The rights in the first list that the second list has too, with the actions that it has. */
export function commonScopes(scopes: readonly Scope[], most: readonly Scope[]): readonly Scope[] {
  const limits = new Map(
    mergeScopes(most)
      .map(splitScope)
      .map(({ thing, allowed }) => [thing, allowed]),
  )
  return scopes.map(splitScope).flatMap(({ thing, allowed }) => {
    const common = allowed.filter((action) => limits.get(thing)?.includes(action))
    return common.length > 0 ? [`${thing}:${common.join(',')}`] : []
  })
}
