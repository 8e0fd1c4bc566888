import { coversScopes, mergeScopes, type Scope } from './scope.ts'
import type { Token } from './token.ts'

/** The tokens of one registry. */
export interface TokenCache {
  /** Gives a token with these rights: one that is there, or one that is on its way, or a new one. */
  get(scopes: readonly Scope[], fetch: () => Promise<Token>): Promise<Token>
  /** Forgets a token that was refused. */
  drop(text: string): void
}

interface Entry {
  readonly scopes: readonly Scope[]
  /** Nothing as long as it is on its way. */
  token: Token | undefined
  readonly arriving: Promise<Token>
}

/** Makes an empty cache. Who needs the same rights at the same time waits for the same token. */
export function createTokenCache(): TokenCache {
  const entries = new Map<string, Entry>()

  function find(scopes: readonly Scope[], key: string): Entry | undefined {
    const exact = entries.get(key)
    if (exact) return exact
    // Not one that is on its way: its wider rights may be refused.
    return [...entries.values()].find(({ scopes: have, token }) => token !== undefined && coversScopes(have, scopes))
  }

  function removeStale(): void {
    for (const [key, { token }] of entries) if (token && token.staleAt <= Date.now()) entries.delete(key)
  }

  return {
    get(scopes, fetch) {
      removeStale()
      const key = [...mergeScopes(scopes)].sort().join(' ')
      const found = find(scopes, key)
      if (found) return found.arriving
      const arriving = fetch()
      const entry: Entry = { scopes, token: undefined, arriving }
      entries.set(key, entry)
      arriving.then(
        (token) => {
          entry.token = token
        },
        () => entries.delete(key),
      )
      return arriving
    },
    drop(text) {
      for (const [key, { token }] of entries) if (token?.text === text) entries.delete(key)
    },
  }
}
