import { ValidationError } from '../../errors.ts'
import { isJsonObject, textField } from '../../oci/json.ts'
import { type Credentials, parseCredentials, TOKEN_USERNAME } from '../../registry/auth/credentials.ts'

/**
 * Reads an entry of `auths`. It is empty, or null, for what a helper keeps.
 *
 * @param where The entry, for the message.
 * @throws {ValidationError} if it is no entry; the message does not show it
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

/** Base64 of `user:password`. Docker once put zeros behind it (docker/cli § decodeAuth). */
function decodeAuth(auth: string, where: string): { readonly username: string; readonly password: string } {
  const bytes = Buffer.from(auth, 'base64')
  const colon = bytes.indexOf(':')
  if (colon < 0) throw malformed(where)
  try {
    // A password in another encoding would silently become another password.
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
  return new ValidationError(
    'CREDENTIALS_INVALID',
    `Cannot use ${where}: it holds no credentials as Docker writes them`,
    {
      remedy: 'sign in again',
    },
  )
}
