import { type Credentials, type CredentialsRequest, type ProvideCredentials, parseCredentials } from './credentials.ts'
import { createTokenCache, type TokenCache } from './token-cache.ts'

/** Somebody who signs in, and the tokens that they got. */
export interface User {
  /** Nothing for anonymous. */
  readonly credentials: Credentials | undefined
  /** Nobody else's: when other credentials come, these tokens go. */
  readonly tokens: TokenCache
}

/** The user that a caller names, or has somebody to ask for. */
interface CredentialSource {
  /** Returns the user. Calls at the same time wait for the same answer. */
  get(request: CredentialsRequest): Promise<User>
  /** Forgets the user whose credentials were refused, so that the caller is asked again. Anonymous stays. */
  forget(refused: User): void
  /**
   * Notes that a token server took the user's credentials. The refresh token that it may have given replaces the one
   * that was used.
   */
  keep(user: User, identityToken: string | undefined): void
  /** True if a token server took the user's credentials before. */
  hasWorked(user: User): boolean
}

/** Keeps what a caller's function gives until that is refused. */
export function createCredentialSource(credentials: Credentials | ProvideCredentials | undefined): CredentialSource {
  let asked: Promise<User> | undefined
  let current: { credentials: Credentials | undefined; readonly tokens: TokenCache } | undefined
  let working: User | undefined

  async function ask(request: CredentialsRequest): Promise<User> {
    const given = typeof credentials === 'function' ? await credentials(request) : credentials
    current = { credentials: given === undefined ? undefined : parseCredentials(given), tokens: createTokenCache() }
    return current
  }

  return {
    get(request) {
      asked ??= ask(request).catch((error) => {
        asked = undefined
        throw error
      })
      return asked
    },
    forget(refused) {
      if (refused.credentials === undefined || current !== refused) return
      // Not only what was asked: a second refusal of the same user must not stop the next question.
      current = undefined
      asked = undefined
    },
    keep(user, identityToken) {
      const { credentials: used } = user
      if (used === undefined || current !== user) return
      if ('identityToken' in used && identityToken !== undefined) current.credentials = { ...used, identityToken }
      working = user
    },
    hasWorked: (user) => user === working,
  }
}
