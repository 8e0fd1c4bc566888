import { type Credentials, type CredentialsRequest, type ProvideCredentials, parseCredentials } from './credentials.ts'

/** The credentials that a caller has, or has somebody to ask for. */
export interface Provided {
  /** Gives them; who asks at the same time waits for the same answer. */
  get(request: CredentialsRequest): Promise<Credentials | undefined>
  /** Forgets them if they are the ones that were refused, so that they are asked for again. */
  forget(refused: Credentials | undefined): void
  /** Puts the refresh token that a server gave in the place of the one that it was given. */
  renew(used: Credentials, identityToken: string): void
}

/** Keeps what a caller's function gives until that is refused. */
export function createProvided(credentials: Credentials | ProvideCredentials | undefined): Provided {
  let asked: Promise<Credentials | undefined> | undefined
  let current: Credentials | undefined

  async function ask(request: CredentialsRequest): Promise<Credentials | undefined> {
    const given = typeof credentials === 'function' ? await credentials(request) : credentials
    current = given === undefined ? undefined : parseCredentials(given)
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
      if (current === refused) asked = undefined
    },
    renew(used, identityToken) {
      if (current !== used) return
      current = { ...used, identityToken }
      asked = Promise.resolve(current)
    },
  }
}
