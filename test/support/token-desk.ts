/** One request for a token. */
interface TokenRequest {
  readonly method: string
  readonly authorization: string | null
  readonly service: string | null
  readonly scopes: readonly string[]
  /** The fields of a form. */
  readonly form: Readonly<Record<string, string>>
}

/** How a token desk behaves. */
export interface TokenDeskOptions {
  /** How long its tokens are good, in seconds. @default 300 */
  readonly lifetime?: number
  /** Its answer, apart from the token. @default the token as `token`, the lifetime as `expires_in` */
  readonly answer?: (token: string) => object
  /** What the desk says to a request instead of a token, if anything. */
  readonly refuse?: (request: TokenRequest) => Response | undefined
  /** Which of the rights that are asked for it gives. @default all */
  readonly grant?: (scope: string) => boolean
}

/** A token server in memory, and what a registry has of it. */
export interface TokenDesk {
  readonly fetch: (request: Request) => Promise<Response>
  readonly requests: TokenRequest[]
  /** Says whether a request's `Authorization` is good for these rights, in the words of RFC 6750. */
  judge(
    authorization: string | null,
    needed: readonly string[],
  ): 'none' | 'valid' | 'invalid_token' | 'insufficient_scope'
  /** Makes all tokens so far invalid. */
  revoke(): void
}

export function createTokenDesk(options: TokenDeskOptions = {}): TokenDesk {
  const { lifetime = 300, grant = () => true, refuse = () => undefined } = options
  const { answer = (token: string) => ({ token, expires_in: lifetime }) } = options
  const requests: TokenRequest[] = []
  const issued = new Map<string, { readonly scopes: readonly string[]; readonly expiresAt: number }>()
  return {
    requests,
    revoke: () => issued.clear(),
    judge(authorization, needed) {
      if (authorization === null) return 'none'
      const token = issued.get(authorization.replace(/^Bearer /, ''))
      if (!token || token.expiresAt <= Date.now()) return 'invalid_token'
      return needed.every((scope) => token.scopes.some((have) => covers(have, scope))) ? 'valid' : 'insufficient_scope'
    },
    async fetch(request) {
      const url = new URL(request.url)
      const form = new URLSearchParams(request.method === 'POST' ? await request.text() : '')
      const asked: TokenRequest = {
        method: request.method,
        authorization: request.headers.get('authorization'),
        service: form.get('service') ?? url.searchParams.get('service'),
        scopes: form.get('scope')?.split(' ') ?? url.searchParams.getAll('scope'),
        form: Object.fromEntries(form),
      }
      requests.push(asked)
      const refusal = refuse(asked)
      if (refusal) return refusal
      const token = `token-${requests.length}-of-the-desk`
      issued.set(token, { scopes: asked.scopes.filter(grant), expiresAt: Date.now() + lifetime * 1000 })
      return Response.json(answer(token))
    },
  }
}

function covers(have: string, wanted: string): boolean {
  const split = (scope: string) =>
    [scope.slice(0, scope.lastIndexOf(':')), scope.slice(scope.lastIndexOf(':') + 1).split(',')] as const
  const [[thing, actions], [wantedThing, wantedActions]] = [split(have), split(wanted)]
  return thing === wantedThing && wantedActions.every((action) => actions.includes(action))
}
