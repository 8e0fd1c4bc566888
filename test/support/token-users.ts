/** Whether someone may do something: `('team/app', 'push', 'repository')`, `('catalog', '*', 'registry')`. */
type Rights = (name: string, action: string, type: string) => boolean

interface TokenUser {
  readonly password?: string
  /** Taken in the password's place, by HTTP Basic with any name, or as a refresh token by POST. */
  readonly identityToken?: string
  readonly allows: Rights
}

export interface TokenUsers {
  readonly users?: Readonly<Record<string, TokenUser>>
  /** What those may who do not say who they are. @default none: they are answered 401 */
  readonly anonymous?: Rights
}

/** Who asks for a token. */
export interface Asker extends TokenUser {
  readonly name: string
}

/** Finds out who asks by GET; nobody, if they are not who they say they are. */
export function findByHeader(authorization: string | null, { users = {}, anonymous }: TokenUsers): Asker | undefined {
  if (authorization === null) return anonymous && { name: '', allows: anonymous }
  const [scheme = '', encoded = ''] = authorization.split(' ')
  if (scheme.toLowerCase() !== 'basic') return undefined
  const [, username = '', password = ''] = /^([^:]*):(.*)$/.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return findByPassword(users, username, password) ?? findByIdentityToken(users, password)
}

/** Finds out who asks by POST; nobody, if they are not who they say they are. */
export function findByForm(
  { grant_type, refresh_token = '', username = '', password = '' }: Readonly<Record<string, string>>,
  { users = {} }: TokenUsers,
): Asker | undefined {
  if (grant_type === 'refresh_token') return findByIdentityToken(users, refresh_token)
  if (grant_type === 'password') return findByPassword(users, username, password)
  return undefined
}

function findByPassword(users: NonNullable<TokenUsers['users']>, name: string, password: string): Asker | undefined {
  const user = Object.hasOwn(users, name) ? users[name] : undefined
  return user?.password === password ? { name, ...user } : undefined
}

function findByIdentityToken(users: NonNullable<TokenUsers['users']>, token: string): Asker | undefined {
  const [name, user] = Object.entries(users).find(([, { identityToken }]) => identityToken === token) ?? []
  return name !== undefined && user ? { name, ...user } : undefined
}
