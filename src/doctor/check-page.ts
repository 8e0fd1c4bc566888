import { isLocal, isLoopback } from '../oci/registry-address.ts'
import { type Finding, type Findings, failed, passed, skipped, warning } from './check.ts'
import { checkPageReads } from './check-page-reads.ts'
import { checkPageTokenServer } from './check-page-token-server.ts'
import { checkPreflights } from './check-preflights.ts'
import type { Sample } from './check-repository.ts'
import type { SignIn } from './check-sign-in.ts'
import { checkStorage } from './check-storage.ts'
import { type Examination, pageOrigin, sendsOrigin } from './probe.ts'

/** Checks what a page of another origin would meet at the registry. */
export async function checkPage(
  examination: Examination,
  signIn: SignIn,
  sample: Sample | undefined,
): Promise<Findings> {
  const { base, origin } = examination
  if (origin === undefined) return forAll(skipped('NOT_ASKED', 'the origin of the page was not given.'))
  if (origin === base.origin) {
    return forAll(
      passed('The page and the registry have the same origin: a browser asks for no permission.', 'SAME_ORIGIN'),
    )
  }
  const address = checkPageAddress(base, origin)
  // A browser sends no request at all.
  if (address.state === 'failed') return { 'page-address': address }
  if (!sendsOrigin()) return inPage(address, origin)
  const context = { ...examination, origin }
  return {
    'page-address': address,
    ...(await checkPageReads(context, signIn)),
    ...(await checkPreflights(context)),
    'page-token-server': await checkPageTokenServer(context, signIn),
    'page-storage': await checkStorage(context, origin, sample),
  }
}

/** The checks of a page that this file makes. */
const PAGE_CHECKS = [
  'page-address',
  'page-read',
  'page-preflight',
  'page-methods',
  'page-headers',
  'page-exposed',
  'page-refusals',
  'page-token-server',
  'page-storage',
] as const

function forAll(finding: Finding): Findings {
  return Object.fromEntries(PAGE_CHECKS.map((check) => [check, finding]))
}

/** Checks the two addresses alone, as browsers do before they send anything (Mixed Content, Local Network Access). */
export function checkPageAddress(base: URL, origin: string): Finding {
  const page = new URL(origin)
  if (page.protocol === 'https:' && base.protocol === 'http:' && !isLoopback(base.hostname)) {
    return failed(
      'MIXED_CONTENT',
      `A page of ${origin} may not use ${base.origin}: browsers let pages on https send no requests to http.`,
      'give the registry a certificate, or serve it and the page on one origin',
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

/**
 * A page knows only that it could read an answer: its browser hides preflights. The probes of a page go here.
 */
function inPage(address: Finding, origin: string): Findings {
  const hidden = forAll(
    skipped('NOT_VISIBLE', 'a page cannot see preflights and their answers. A check outside of a browser can.'),
  )
  const read = origin === pageOrigin() && { 'page-read': passed('This page may read answers of the registry.') }
  return { ...hidden, 'page-address': address, ...read }
}
