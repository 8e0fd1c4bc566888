import { createAnswer, unexpectedAnswer } from './answer.ts'
import { letGo } from './body.ts'
import { resolveLocation } from './location.ts'

/** Where redirects may lead, and what goes along. */
export interface RedirectRules {
  /** The registry's base URL. */
  readonly base: URL
  /** The headers that any origin may see. */
  readonly given: Headers
  readonly act: string
}

const MAX_REDIRECTS = 5
const REDIRECTS = [301, 302, 303, 307, 308]

/**
 * Fetches, and follows the redirects of requests without a body: registries keep their blobs elsewhere. What is for the registry alone is
 * left behind once the way leads off its origin, and not taken up again (GHSA-vh4v-2xq2-g5cg; go-containerregistry#2349).
 *
 * A web page cannot see where a redirect leads. There the browser follows it, and takes `Authorization` off itself; the registry's
 * other headers are not even on the way.
 *
 * @returns the answer, and where it came from
 * @throws {ResponseError} if the redirects do not end, or leave https
 */
export async function fetchFollowing(
  fetch: (request: Request) => Promise<Response>,
  request: Request,
  { base, given, act }: RedirectRules,
): Promise<{ readonly response: Response; readonly url: URL }> {
  const { method, signal } = request
  let url = new URL(request.url)
  let isOwn = url.origin === base.origin
  let response = await fetch(request)
  if (response.type === 'opaqueredirect') {
    const headers = new Headers(given)
    const authorization = request.headers.get('authorization')
    if (authorization !== null) headers.set('authorization', authorization)
    response = await fetch(new Request(request, { headers, redirect: 'follow' }))
  }
  for (let count = 1; request.redirect === 'manual' && isRedirect(method, response.status); count++) {
    const { status, headers } = response
    const refuse = (fault: string) =>
      unexpectedAnswer(createAnswer({ status, headers, body: null, url, method, act }), fault)
    letGo(response.body)
    if (count > MAX_REDIRECTS) throw refuse('its redirects do not end')
    const { location, fault } = resolveLocation(headers.get('location'), url)
    if (!location) throw refuse(`its redirect ${fault}`)
    isOwn &&= location.origin === base.origin
    const next = isOwn ? request.headers : given
    url = location
    const { credentials, cache } = request
    response = await fetch(new Request(url, { method, headers: next, signal, credentials, cache, redirect: 'manual' }))
  }
  // Also where a fetch of the user's own follows redirects by itself.
  return { response, url: response.redirected ? new URL(response.url) : url }
}

/** Of requests that change something only the redirects that keep the method are followed. */
function isRedirect(method: string, status: number): boolean {
  return REDIRECTS.includes(status) && (method === 'GET' || method === 'HEAD' || status === 307 || status === 308)
}
