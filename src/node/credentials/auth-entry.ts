import { ValidationError } from '../../errors.ts'
import { isJsonObject, type JsonObject, textField } from '../../oci/json.ts'
import { type Credentials, parseCredentials, TOKEN_USERNAME } from '../../registry/auth/credentials.ts'

/**
 * Parses an entry of `auths`. Returns `undefined` for an empty entry or `null`, because a helper has those credentials.
 *
 * @param where A description of the entry, for error messages.
 * @throws {ValidationError} if the entry is not valid; the message does not show it
 */
export function parseAuthEntry(entry: unknown, where: string): Credentials | undefined {
  if (entry === null) return undefined
  if (!isJsonObject(entry)) throw malformed(where)
  const token = textField(entry, 'registrytoken')
  if (token) return checked({ token }, where)
  const auth = textField(entry, 'auth')
  const username = textField(entry, 'username')
  const password = textField(entry, 'password')
  const user = auth ? decodeAuth(auth, where) : { username, password }
  const identityToken = textField(entry, 'identitytoken')
  if (identityToken) {
    const isNamed = user.username && user.username !== TOKEN_USERNAME
    return checked(isNamed ? { identityToken, username: user.username } : { identityToken }, where)
  }
  const isEmpty = user.username === undefined || user.password === undefined || user.username + user.password === ''
  return isEmpty ? undefined : checked(user, where)
}

/**
 * Makes the entry of `auths` for credentials, as `docker login` writes it.
 *
 * @throws {ValidationError} if an entry cannot have them: Docker refuses to read an empty username, and removes null
 *   characters from passwords
 */
export function toAuthEntry(credentials: Credentials): JsonObject {
  if ('token' in credentials) return { registrytoken: credentials.token }
  const { username = TOKEN_USERNAME } = credentials
  const password = 'password' in credentials ? credentials.password : ''
  const fault =
    username === '' ? 'the username is empty' : /\0/.test(username + password) ? 'they have a null character' : ''
  if (fault) {
    throw new ValidationError('CREDENTIALS_INVALID', `Cannot store the credentials in Docker's format: ${fault}`, {
      remedy: 'pass other credentials',
    })
  }
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  return 'identityToken' in credentials ? { auth, identitytoken: credentials.identityToken } : { auth }
}

/** Decodes the Base64 of `user:password`. Old versions of Docker appended zero bytes (docker/cli § decodeAuth). */
function decodeAuth(auth: string, where: string): { readonly username: string; readonly password: string } {
  const bytes = Buffer.from(auth, 'base64')
  const colon = bytes.indexOf(':')
  if (colon < 0) throw malformed(where)
  try {
    // Without `fatal`, a password in another encoding would silently change.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const password = decoder.decode(bytes.subarray(colon + 1)).replace(/(?<!\0)\0+$/, '')
    return { username: decoder.decode(bytes.subarray(0, colon)), password }
  } catch {
    throw malformed(where)
  }
}

function checked(value: unknown, where: string): Credentials {
  try {
    return parseCredentials(value)
  } catch {
    throw malformed(where)
  }
}

function malformed(where: string): ValidationError {
  return new ValidationError('CREDENTIALS_INVALID', `Cannot use ${where}: it has no credentials in Docker's format`, {
    remedy: 'sign in again',
  })
}
