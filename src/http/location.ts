import { type Answer, unexpectedAnswer } from './answer.ts'

/** In characters: twice what browsers and servers take of a URL, as a rule. */
const MAX_LOCATION = 16_384

/**
 * Reads where an answer says that something is, from where the answer came. An http URL from https is taken for https
 * where it is the same place, since registries behind a TLS proxy may not know of it (distribution/distribution#970);
 * else https is never left.
 *
 * @returns the URL, or a fault: what is wrong with it, to go after "its redirect …"
 */
export function resolveLocation(
  text: string | null,
  from: URL,
): { readonly location: URL; readonly fault?: never } | { readonly fault: string; readonly location?: never } {
  const location = text && URL.canParse(text, from) ? new URL(text, from) : undefined
  if (!location || !/^https?:$/.test(location.protocol) || location.username || location.password) {
    return { fault: 'is no plain http or https URL' }
  }
  if (location.href.length > MAX_LOCATION) return { fault: `has more than ${MAX_LOCATION} characters` }
  if (from.protocol === 'http:' || location.protocol === 'https:') return { location }
  const isSamePlace = location.hostname === from.hostname && (location.port === '' || location.port === from.port)
  if (!isSamePlace) return { fault: `leads from https to ${location.origin}, which is not encrypted` }
  location.protocol = 'https:'
  location.port = from.port
  return { location }
}

/**
 * Finds where an upload continues: the `Location` of an answer. Its query is the session's state and is kept to the
 * letter.
 *
 * @param registry The registry's base URL.
 * @throws {ResponseError} if there is no `Location`, a web page may not read it, it leaves https, or another origin
 *   leads to the registry
 */
export function uploadLocation(answer: Answer, registry: string): URL {
  const text = answer.headers.get('location')
  if (!text) {
    throw unexpectedAnswer(
      answer,
      'without a Location that can be read (to a web page the registry must expose it: Access-Control-Expose-Headers: Location)',
    )
  }
  const { location, fault } = resolveLocation(text, answer.url)
  if (!location) throw unexpectedAnswer(answer, `its Location ${fault}`)
  const own = new URL(registry).origin
  // A stranger would choose what is put, or deleted, with our rights.
  const comesBack = location.origin === own && answer.url.origin !== own
  if (comesBack) throw unexpectedAnswer(answer, 'its Location leads back to the registry, where it has no say')
  return location
}

/** Adds the digest that closes an upload. `searchParams` would rewrite the rest of the query. */
export function withDigest(location: URL, digest: string): URL {
  const url = new URL(location)
  url.search += `${url.search ? '&' : '?'}digest=${encodeURIComponent(digest)}`
  return url
}
