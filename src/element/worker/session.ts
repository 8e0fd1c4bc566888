import type { Credentials, CredentialsRequest, Registry, RegistryOptions } from '../../index.ts'
import { SignInCancelled } from '../words/fault.ts'

/** A request for credentials, which says whether the registry refused the last ones. */
export interface SignInRequest extends CredentialsRequest {
  readonly isRefused: boolean
}

/** Asks the user for credentials. Returns nothing if the user would rather not say. */
type AskUser = (request: SignInRequest) => Promise<Credentials | undefined>

/** The registries in use, each with the user who is signed in. */
export interface Session {
  /** Sets who is asked when a registry requires a sign-in. */
  onSignIn(ask: AskUser): void
  /**
   * Does something with a registry. If the registry refuses the credentials, the user is asked again, until they
   * cancel.
   *
   * @throws {SignInCancelled} if the user cancels the sign-in
   */
  use<T>(address: string, act: (registry: Registry) => Promise<T>): Promise<T>
  /** Returns the credentials that the user gave for a registry, if it has not refused them. It asks nobody. */
  credentialsOf(address: string): Promise<Credentials | undefined>
  /** Forgets who the user of a registry is. */
  signOut(address: string): void
}

interface OpenedRegistry {
  readonly handle: Registry
  given: Credentials | undefined
  /** True if the user was asked since the last refusal. */
  wasAsked: boolean
  isRefused: boolean
}

/** @param optionsFor The options of a registry, besides its credentials. */
export function createSession(optionsFor: (address: string) => RegistryOptions = () => ({})): Session {
  const opened = new Map<string, Promise<OpenedRegistry>>()
  let askUser: AskUser | undefined

  function open(address: string): Promise<OpenedRegistry> {
    const known = opened.get(address)
    if (known) return known
    const opening = openNew(address)
    opened.set(address, opening)
    opening.catch(() => opened.delete(address))
    return opening
  }

  async function openNew(address: string): Promise<OpenedRegistry> {
    const { keepDocuments, openRegistry } = await import('./open-registry.ts')
    const opening = openRegistry(address, {
      ...optionsFor(address),
      async credentials(request) {
        registry.wasAsked = true
        const credentials = await askUser?.({ ...request, isRefused: registry.isRefused })
        if (!credentials) throw new SignInCancelled(`Cannot use ${request.registry}: the sign-in was cancelled`)
        registry.given = credentials
        return credentials
      },
    })
    // A second look at the same images then asks only what their tags name.
    const handle = keepDocuments(opening)
    const registry: OpenedRegistry = { handle, given: undefined, wasAsked: false, isRefused: false }
    return registry
  }

  return {
    onSignIn(ask) {
      askUser = ask
    },
    async use(address, act) {
      const registry = await open(address)
      for (;;) {
        try {
          const result = await act(registry.handle)
          registry.isRefused = false
          return result
        } catch (error) {
          const isRefused = (error as { status?: number }).status === 401 && registry.wasAsked
          if (!isRefused) throw error
          registry.wasAsked = false
          registry.isRefused = true
          registry.given = undefined
        }
      }
    },
    credentialsOf: async (address) => (await opened.get(address))?.given,
    signOut: (address) => void opened.delete(address),
  }
}
