import { releaseBody } from '../source/release.ts'
import type { HttpRequest } from './request.ts'

/** The parts of a request that decide on its preflight and on the use of the browser's HTTP cache. */
type Read = Pick<HttpRequest, 'method' | 'cache'>

/** The cache modes in use. The type is not the DOM's, so that projects for Node need no `dom` lib. */
type CacheMode = 'default' | 'no-store'

/**
 * Avoids preflights: before a request to another origin than the page's, a browser asks for permission (Fetch §
 * CORS-preflight fetch). It does not ask for a request without headers, or with an `Accept` of at most 128 characters.
 * It remembers what it has asked, but Chromium uses that memory only for requests that may use its HTTP cache, too.
 */
export interface Preflights {
  /**
   * Tells whether a request with a short `Accept` needs no preflight. @param isBare True if it has no other headers.
   */
  spares(isBare: boolean): boolean
  /** The cache mode of a request: `default` where that spares preflights, and the answer cannot be old. */
  cacheMode(request: Read, isBare: boolean): CacheMode
  /** Tells whether an answer may be older than the registry's own; then cached answers are not used any more. */
  isOld(request: Read, mode: string, response: Response): boolean
  /** Notes where an answer of the registry's origin came from. */
  note(response: Response): void
  /** Notes that a request was answered, so that its preflight passed. */
  notePassed(request: Request): void
  /**
   * Tells whether the registry most likely refused the preflight of a request that got no answer: it answers the page
   * without `Authorization`, which needs a preflight, and has never answered with it.
   */
  isRefused(request: Request): Promise<boolean>
}

/** The registry, and what asks it. */
interface Connection {
  readonly base: URL
  readonly fetch: (request: Request) => Promise<Response>
}

export function createPreflights({ base, fetch }: Connection): Preflights {
  // In a page, unknown before the first answer. Only pages and their workers have an origin.
  let isCrossOrigin = globalThis.location === undefined ? false : undefined
  let answersGrowOld = false
  let isAuthorizationAllowed = false
  return {
    spares: (isBare) => isBare && isCrossOrigin !== false,
    cacheMode({ method, cache }, isBare) {
      const isRead = method === 'GET' || method === 'HEAD'
      const mayBeCached = cache === 'kept' || (cache && !answersGrowOld)
      // No write is answered from the cache.
      return isCrossOrigin && (!isRead || (mayBeCached && !isBare)) ? 'default' : 'no-store'
    },
    isOld({ cache }, mode, response) {
      const isOld = isCrossOrigin && mode === 'default' && cache === 'revalidated' && mayBeOld(response)
      if (isOld) answersGrowOld = true
      return isOld ?? false
    },
    note({ type }) {
      isCrossOrigin = type === 'cors'
    },
    notePassed(request) {
      isAuthorizationAllowed ||= isSigned(request)
    },
    async isRefused(request) {
      if (!isCrossOrigin || isAuthorizationAllowed || !isSigned(request)) return false
      const { signal } = request
      try {
        const { body } = await fetch(
          new Request(new URL('v2/', base), { signal, cache: 'no-store', credentials: 'omit' }),
        )
        releaseBody(body)
        return true
      } catch {
        return false
      }
    },
  }

  function isSigned({ headers, url }: Request): boolean {
    return headers.has('authorization') && new URL(url).origin === base.origin
  }
}

/**
 * Tells whether a browser may have answered from its HTTP cache without asking (RFC 9111 § Freshness). A page may read
 * these headers of any answer. 410 and permanent redirects are kept without any.
 */
function mayBeOld({ headers, status, redirected }: Response): boolean {
  const control = headers.get('cache-control')
  if (control !== null) return !/\bno-(?:cache|store)\b(?!=)/i.test(control)
  return redirected || status === 410 || headers.has('expires') || headers.has('last-modified')
}
