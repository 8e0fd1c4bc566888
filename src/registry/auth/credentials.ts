import { ValidationError } from '../../errors.ts'
import { toBase64 } from '../../oci/base64.ts'

/** A user and a password, or a token that a registry takes in a password's place. */
export interface PasswordCredentials {
  readonly username: string
  readonly password: string
}

/**
 * A refresh token of OAuth 2, which `docker login` keeps as `identitytoken`: the registry's token server gives bearer
 * tokens for it.
 */
export interface IdentityTokenCredentials {
  readonly identityToken: string
  /** For token servers that take it by HTTP Basic only. @default `<token>`, as Docker has it */
  readonly username?: string | undefined
}

/** A bearer token that is ready for the registry itself, and cannot be renewed. */
export interface TokenCredentials {
  readonly token: string
}

/** The credentials of a user. */
export type Credentials = PasswordCredentials | IdentityTokenCredentials | TokenCredentials

/** The purpose that credentials are requested for. */
export interface CredentialsRequest {
  /** The registry's base URL, ending in a slash. */
  readonly registry: string
  /** The token server's name for the registry. `undefined` for HTTP Basic. */
  readonly service: string | undefined
  /** The rights that are asked for: `repository:team/app:pull,push`. */
  readonly scopes: readonly string[]
}

/**
 * Gives credentials when a registry asks for them, at most once until they are refused: a page can ask its user.
 * Nothing stands for anonymous, as long as the handle lives. If it throws, the act fails with what it threw.
 */
export type ProvideCredentials = (
  request: CredentialsRequest,
) => Credentials | undefined | Promise<Credentials | undefined>

/** Docker's name for who comes with an identity token in a password's place. */
export const TOKEN_USERNAME = '<token>'

/** Characters of a token that fit into a header (RFC 9110 § Field Values). */
const TOKEN = /^[\x21-\x7e]+$/

/**
 * Checks what a caller, or a function of theirs, gave as credentials.
 *
 * @throws {ValidationError} if they are not valid; the message does not show them
 */
export function parseCredentials(value: unknown): Credentials {
  const { username, password, identityToken, token } = (value ?? {}) as Record<string, unknown>
  if (typeof token === 'string' && isToken(token)) return { token }
  if (typeof identityToken === 'string' && identityToken !== '' && (username === undefined || isUsername(username))) {
    return username === undefined ? { identityToken } : { identityToken, username }
  }
  if (isUsername(username) && typeof password === 'string') return { username, password }
  throw new ValidationError('CREDENTIALS_INVALID', 'Cannot use the credentials', {
    remedy: 'pass { username, password } (no ":" in the username), { identityToken } or { token }',
  })
}

/** Tells whether a text can be a bearer token. */
export function isToken(text: unknown): text is string {
  return typeof text === 'string' && TOKEN.test(text)
}

/** The value of `Authorization` for a user and a password (RFC 7617 § The 'Basic' Authentication Scheme, in UTF-8). */
export function basicAuthorization({ username, password }: PasswordCredentials): string {
  return `Basic ${toBase64(new TextEncoder().encode(`${username}:${password}`))}`
}

/** A colon would end the name (RFC 7617). */
function isUsername(value: unknown): value is string {
  return typeof value === 'string' && !value.includes(':')
}
