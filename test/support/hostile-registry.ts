import { createTestRegistry } from '../../src/testing/index.ts'
import { createOrigins, type Origins } from './origins.ts'
import { DESK, REGISTRY, unauthorized, withTokens } from './protected-registry.ts'
import { createTokenDesk } from './token-desk.ts'

/** Who wants to know what is not for him, and answers whatever he is asked. */
export const EVIL = 'https://evil.test'

/** What a registry tries. */
export interface Attack {
  /** Where it says its token server is. @default one of its own site */
  readonly realm?: string
  /** Asks for HTTP Basic instead. */
  readonly isBasic?: boolean
  /** Changes its answers on their way. */
  readonly change?: (request: Request, response: Response) => Response | undefined
  /** What its token server answers. */
  readonly token?: () => Response
  /** The origin of the registry itself. @default https://registry.test */
  readonly registry?: string
}

/** A registry that attacks, and what everybody saw. */
export interface HostileRegistry extends Origins {
  /** Which of these texts any server but the registry and its own token server has seen. */
  leaked(secrets: readonly string[]): readonly string[]
}

/** Makes a registry that wants a sign-in and tries an attack, with a stranger who takes whatever comes his way. */
export function createHostileRegistry(attack: Attack = {}): HostileRegistry {
  const { realm = `${DESK}/token`, registry: origin = REGISTRY, change = () => undefined } = attack
  const registry = createTestRegistry()
  const desk = createTokenDesk()
  const giveToken = attack.token ?? desk.fetch
  const guarded = withTokens(registry, desk, realm)
  async function answer(request: Request): Promise<Response> {
    const isSignedIn = request.headers.get('authorization')?.startsWith('Basic ')
    const response = !attack.isBasic
      ? await guarded(request)
      : isSignedIn
        ? await registry.fetch(request)
        : unauthorized('Basic realm="x"')
    return change(request, response) ?? response
  }
  async function takeAll(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    if (pathname === '/token') return desk.fetch(request)
    // First he asks who is there: a client that answers has lost.
    if (!request.headers.has('authorization') && request.method === 'GET') {
      return unauthorized(`Basic realm="x", Bearer realm="${EVIL}/token"`)
    }
    return registry.fetch(new Request(origin + pathname + search, request))
  }
  const realmOrigin = URL.canParse(realm) ? new URL(realm).origin : ''
  const origins = createOrigins({
    [realmOrigin]: takeAll,
    [EVIL]: takeAll,
    'http://evil.test': takeAll,
    [DESK]: giveToken,
    [origin]: (request) => {
      const isToken = realmOrigin === origin && new URL(request.url).pathname === new URL(realm).pathname
      return isToken ? giveToken(request) : answer(request)
    },
  })
  return {
    ...origins,
    leaked(secrets) {
      const strangers = origins.seen.filter((request) => request.origin !== origin && request.origin !== DESK)
      const texts = strangers.map(({ path, headers, body }) => [path, JSON.stringify([...headers]), body].join('\n'))
      return secrets.filter((secret) => texts.some((text) => text.includes(secret)))
    },
  }
}
