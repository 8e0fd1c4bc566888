import type { Credentials, CredentialsRequest, Registry, RegistryOptions } from '../../index.ts'
import { PartFault, SignInCancelled } from '../words/fault.ts'

/** A request for credentials, which says whether the registry refused the last ones. */
export interface SignInRequest extends CredentialsRequest {
  readonly isRefused: boolean
}

/** Asks the user for credentials. Returns nothing if the user would rather not say. */
type AskUser = (request: SignInRequest) => Promise<Credentials | undefined>

/** The registries in use, each with the user who is signed in. Addresses are as the user typed them. */
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
  signOut(address: string): Promise<void>
}

interface OpenedRegistry {
  readonly handle: Registry
  /** The last answer of the user. */
  given: Credentials | undefined
  /** The number of times that the user has answered. */
  answers: number
  /** True if the registry refused the last answer. */
  isRefused: boolean
}

/** @param optionsFor The options of a registry, besides its credentials. */
export function createSession(optionsFor: (address: string) => RegistryOptions = () => ({})): Session {
  /** By base URL: users type one address in several ways. */
  const opened = new Map<string, OpenedRegistry>()
  let askUser: AskUser | undefined

  async function open(address: string): Promise<OpenedRegistry> {
    const url = await baseOf(address)
    const { keepDocuments, openRegistry } = await load()
    const known = opened.get(url)
    if (known) return known
    const opening = openRegistry(url, {
      ...optionsFor(url),
      async credentials(request) {
        // The handle asks again only for credentials that were refused.
        registry.isRefused ||= registry.given !== undefined
        registry.given = undefined
        const credentials = await askUser?.({ ...request, isRefused: registry.isRefused })
        if (!credentials) throw new SignInCancelled(`Cannot use ${request.registry}: the sign-in was cancelled`)
        registry.given = credentials
        registry.answers++
        return credentials
      },
    })
    // A second look at the same images then asks only what their tags name.
    const handle = keepDocuments(opening)
    const registry: OpenedRegistry = { handle, given: undefined, answers: 0, isRefused: false }
    opened.set(url, registry)
    return registry
  }

  return {
    onSignIn(ask) {
      askUser = ask
    },
    async use(address, act) {
      const registry = await open(address)
      let answersBefore = 0
      for (;;) {
        try {
          const result = await act(registry.handle)
          registry.isRefused = false
          return result
        } catch (error) {
          const isRefused = (error as { status?: number }).status === 401
          // Another act may have asked the user meanwhile. Without a new answer, the registry would refuse again.
          if (!isRefused || registry.answers === answersBefore) throw error
          answersBefore = registry.answers
        }
      }
    },
    credentialsOf: async (address) => opened.get(await baseOf(address))?.given,
    async signOut(address) {
      opened.delete(await baseOf(address))
    },
  }
}

function load(): Promise<typeof import('./open-registry.ts')> {
  return import('./open-registry.ts').catch((cause) => {
    throw new PartFault(cause)
  })
}

async function baseOf(address: string): Promise<string> {
  const { parseRegistryAddress } = await load()
  return parseRegistryAddress(address.trim()).href
}
