import { type Finding, failed, passed, skipped } from './check.ts'
import type { PageExamination } from './check-page-reads.ts'
import type { SignIn } from './check-sign-in.ts'
import { curlCommandFor } from './curl.ts'
import { isMixed, mixedRealm } from './page-address.ts'
import { isAnswered, probe } from './probe.ts'
import { proxySettings } from './settings.ts'

/** Checks whether this page can ask the token server. */
export async function checkOwnTokenServer(
  context: PageExamination,
  { realm, realmAnswer, isSignedIn, findings }: SignIn,
): Promise<Finding> {
  const { origin, registry } = context
  if (!realm) return skipped('NOT_NEEDED', 'the registry names no token server.')
  if (realm.origin === origin) return passed('The page and the token server have the same origin.', 'SAME_ORIGIN')
  if (isMixed(realm, origin)) return mixedRealm(realm, origin)
  const server = `The token server at ${realm.origin}`
  const settings = proxySettings(origin, realmAnswer?.headers)
  const command = curlCommandFor(realm, origin)
  if (!realmAnswer) {
    if (findings['token-server']?.state !== 'passed') return skipped('NOT_REACHED', 'the token server does not answer.')
    const message = `${server} answers, but does not let this page (${origin}) read its answers.`
    return failed('NOT_READABLE', message, 'allow the origin there, too', settings, command)
  }
  const isAllowed =
    (isSignedIn && !registry.isAnonymous) ||
    isAnswered(await probe(context, { url: realm, headers: { authorization: 'Bearer doctor' } }))
  if (isAllowed) return passed('This page may ask the token server.')
  const message = `${server} does not let this page send a password: no preflight with the header Authorization passes.`
  return failed('HEADERS_MISSING', message, 'allow the origin and the header for OPTIONS there, too', settings, command)
}
