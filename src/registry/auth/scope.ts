/**
 * A right, as token servers name it: the type of a thing, its name, and what may be done with it
 * (`repository:team/app:pull,push`; distribution's "Token Scope Documentation").
 */
export type Scope = string

/** The scope to list all repositories. */
export const CATALOG: Scope = 'registry:catalog:*'

/** Tells whether a right is one to a repository. */
export function isRepositoryScope(scope: Scope): boolean {
  return scope.startsWith('repository:')
}

/** Returns the scope to read a repository. */
export function pullScope(repository: string): Scope {
  return `repository:${repository}:pull`
}

/** Returns the scope to write to a repository. It includes reading, so that a push needs one token. */
export function pushScope(repository: string): Scope {
  return `repository:${repository}:pull,push`
}

/** Several lists of rights in one: each thing once, in the order in which they come, its actions sorted. */
export function mergeScopes(...lists: ReadonlyArray<readonly Scope[]>): readonly Scope[] {
  const actions = new Map<string, Set<string>>()
  for (const scope of lists.flat()) {
    const { thing, allowed } = splitScope(scope)
    actions.set(thing, new Set([...(actions.get(thing) ?? []), ...allowed]))
  }
  return [...actions].map(([thing, allowed]) => [thing, [...allowed].sort().join(',')].filter(Boolean).join(':'))
}

/** Tells whether who has the first rights has the second as well. */
export function coversScopes(have: readonly Scope[], wanted: readonly Scope[]): boolean {
  const actions = new Map(have.map(splitScope).map(({ thing, allowed }) => [thing, allowed]))
  return wanted.map(splitScope).every(({ thing, allowed }) => {
    const granted = actions.get(thing)
    return granted !== undefined && (granted.includes('*') || allowed.every((action) => granted.includes(action)))
  })
}

/**
 * Takes a right apart. Names hold colons too (`repository:localhost:5000/app:pull`): the actions stand behind the last
 * one.
 */
export function splitScope(scope: Scope): { thing: string; allowed: readonly string[] } {
  const [, thing = scope, actions = ''] = /^([^:]+:.+):([^:]*)$/s.exec(scope) ?? []
  return { thing, allowed: actions.split(',').filter(Boolean) }
}
