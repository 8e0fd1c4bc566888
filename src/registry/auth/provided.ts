import { type Credentials, type CredentialsRequest, type ProvideCredentials, parseCredentials } from './credentials.ts'

/** The credentials that a caller has, or has somebody to ask for. */
export interface Provided {
  /** Gives them; who asks at the same time waits for the same answer. */
  get(request: CredentialsRequest): Promise<Credentials | undefined>
  /** Forgets them if they are the ones that were refused, so that they are asked for again. Nothing stays: it stands for anonymous. */
  forget(refused: Credentials | undefined): void
  /** Notes that a token server took them. The refresh token that it may have given takes the place of the one that it was given. */
  keep(used: Credentials | undefined, identityToken: string | undefined): void
  /** Whether a token server took them before. */
  haveWorked(used: Credentials | undefined): boolean
}

/** Keeps what a caller's function gives until that is refused. */
export function createProvided(credentials: Credentials | ProvideCredentials | undefined): Provided {
  let asked: Promise<Credentials | undefined> | undefined
  let current: Credentials | undefined
  let working: Credentials | undefined

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
      if (refused === undefined || current !== refused) return
      // Not only what was asked: a second refusal of the same may not stop the next question.
      current = undefined
      asked = undefined
    },
    keep(used, identityToken) {
      if (used === undefined || current !== used) return
      if ('identityToken' in used && identityToken !== undefined) {
        current = { ...used, identityToken }
        asked = Promise.resolve(current)
      }
      working = current
    },
    haveWorked: (used) => used !== undefined && used === working,
  }
}
