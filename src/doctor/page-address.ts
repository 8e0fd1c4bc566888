import { isLocal, isLoopback } from '../oci/registry-address.ts'
import { type Finding, failed, passed, warning } from './check.ts'

/** Tells whether browsers keep a page from a URL (Mixed Content). */
export function isMixed(url: URL, origin: string): boolean {
  return origin.startsWith('https:') && url.protocol === 'http:' && !isLoopback(url.hostname)
}

/** The finding for a token server that browsers keep a page from. */
export function mixedRealm(realm: URL, origin: string): Finding {
  const message = `The token server at ${realm.origin} is on http: a page of ${origin} may not use it.`
  return failed('MIXED_CONTENT', message, 'put the token server on https, and name that as the realm')
}

/** Checks the two addresses alone, as browsers do before they send anything (Mixed Content, Local Network Access). */
export function checkPageAddress(base: URL, origin: string): Finding {
  const page = new URL(origin)
  if (isMixed(base, origin)) {
    return failed(
      'MIXED_CONTENT',
      `A page of ${origin} may not use ${base.origin}: browsers let pages on https send no requests to http.`,
      'give the registry a certificate, or serve it and the page from the same origin',
    )
  }
  if (isLocal(base.hostname) && !isLocal(page.hostname)) {
    return warning(
      'LOCAL_NETWORK',
      `${base.host} is in a local network, and ${origin} is not: browsers ask the user for permission first.`,
      'serve the page in the same network, or tell users to allow it access to the local network',
    )
  }
  return passed('Browsers let the page send requests to this address.')
}
