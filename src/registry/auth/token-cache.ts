import { coversScopes, mergeScopes, type Scope } from './scope.ts'
import type { Token } from './token.ts'

/** The tokens of one user at one registry. */
export interface TokenCache {
  /**
   * Gives a token with these rights: one that is there, or one that is on its way, or a new one.
   *
   * @param issuer The token server, and its name for the registry. Tokens of another issuer do not count.
   */
  get(issuer: string, scopes: readonly Scope[], fetch: () => Promise<Token>): Promise<Token>
  /** Forgets a token that was refused. */
  drop(text: string): void
}

interface Entry {
  readonly issuer: string
  readonly scopes: readonly Scope[]
  /** Nothing as long as it is on its way. */
  token: Token | undefined
  readonly arriving: Promise<Token>
}

/** Makes an empty cache. Who needs the same rights at the same time waits for the same token. */
export function createTokenCache(): TokenCache {
  const entries = new Map<string, Entry>()

  function find(issuer: string, scopes: readonly Scope[], key: string): Entry | undefined {
    const exact = entries.get(key)
    if (exact) return exact
    // Not one that is on its way: its wider rights may be refused.
    return [...entries.values()].find(
      ({ issuer: by, scopes: have, token }) => by === issuer && token !== undefined && coversScopes(have, scopes),
    )
  }

  function removeStale(): void {
    for (const [key, { token }] of entries) if (token?.isStale()) entries.delete(key)
  }

  return {
    get(issuer, scopes, fetch) {
      removeStale()
      const key = [issuer, ...[...mergeScopes(scopes)].sort()].join(' ')
      const found = find(issuer, scopes, key)
      if (found) return found.arriving
      const arriving = fetch()
      const entry: Entry = { issuer, scopes, token: undefined, arriving }
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
