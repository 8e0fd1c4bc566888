import { type Answer, unexpectedAnswer } from './answer.ts'

/**
 * Finds where an upload goes on: the `Location` of an answer, from where the answer came.
 * Its query is the session's state and is kept to the letter.
 *
 * @throws {ResponseError} if there is none, or a web page may not read it
 */
export function uploadLocation(answer: Answer): URL {
  const text = answer.headers.get('location')
  if (!text || !URL.canParse(text, answer.url)) {
    throw unexpectedAnswer(
      answer,
      'without a Location that can be read (to a web page the registry must expose it: Access-Control-Expose-Headers: Location)',
    )
  }
  const location = new URL(text, answer.url)
  if (!/^https?:$/.test(location.protocol) || location.username || location.password) {
    throw unexpectedAnswer(answer, 'its Location is no plain http or https URL')
  }
  // A registry behind a TLS proxy that does not know of it: distribution/distribution#970.
  if (answer.url.protocol === 'https:' && location.protocol === 'http:' && location.hostname === answer.url.hostname) {
    location.protocol = 'https:'
  }
  return location
}

/** Adds the digest that closes an upload. Not by `searchParams`, which would write the rest of the query anew. */
export function withDigest(location: URL, digest: string): URL {
  const url = new URL(location)
  url.search += `${url.search ? '&' : '?'}digest=${encodeURIComponent(digest)}`
  return url
}

/**
 * Finds the next page of a list: `Link: <…>; rel="next"` (RFC 8288).
 *
 * @throws {ResponseError} if it leads to another origin
 */
export function nextPage(answer: Answer): URL | undefined {
  const target = /<([^>]*)>\s*;[^<]*\brel\s*=\s*"?next\b/i.exec(answer.headers.get('link') ?? '')?.[1]
  if (!target) return undefined
  const next = URL.canParse(target, answer.url) ? new URL(target, answer.url) : undefined
  if (next?.origin === answer.url.origin) return next
  throw unexpectedAnswer(answer, 'its next page is on another host')
}
