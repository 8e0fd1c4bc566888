import { type Finding, type Findings, passed, skipped } from './check.ts'
import { checkOwnPage } from './check-own-page.ts'
import { checkPageReads } from './check-page-reads.ts'
import { checkPageTokenServer } from './check-page-token-server.ts'
import { checkPreflights } from './check-preflights.ts'
import type { Sample } from './check-repository.ts'
import type { SignIn } from './check-sign-in.ts'
import { checkStorage } from './check-storage.ts'
import { checkPageAddress } from './page-address.ts'
import { type Examination, type Probed, pageOrigin, sendsOrigin } from './probe.ts'

/** Checks whether a page of another origin can use the registry. */
export async function checkPage(
  examination: Examination,
  ping: Probed,
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
  const context = { ...examination, origin }
  if (origin === pageOrigin()) return checkOwnPage(context, ping, signIn, sample)
  const address = checkPageAddress(base, origin)
  // A browser sends no request at all.
  if (address.state === 'failed') return { 'page-address': address }
  if (!sendsOrigin()) {
    const hidden = skipped('NOT_VISIBLE', 'a page cannot tell what a page of another origin may do.')
    return { ...forAll(hidden), 'page-address': address }
  }
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
