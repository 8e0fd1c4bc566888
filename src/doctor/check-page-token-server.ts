import { type Finding, failed, passed, skipped } from './check.ts'
import type { PageExamination } from './check-page-reads.ts'
import { refusedPreflight } from './check-preflights.ts'
import type { SignIn } from './check-sign-in.ts'
import { corsFault, describeCorsFault } from './cors.ts'
import { isMixed, mixedRealm } from './page-address.ts'
import { askPreflight } from './preflight.ts'
import { isAnswered, probe } from './probe.ts'
import { proxySettings } from './settings.ts'

/** Checks whether a page may ask the token server, with a password. */
export async function checkPageTokenServer(context: PageExamination, { realm }: SignIn): Promise<Finding> {
  const { origin } = context
  if (!realm) return skipped('NOT_NEEDED', 'the registry names no token server.')
  const server = `The token server at ${realm.origin}`
  if (realm.origin === origin) return passed('The page and the token server have the same origin.', 'SAME_ORIGIN')
  if (isMixed(realm, origin)) return mixedRealm(realm, origin)
  const answer = await probe(context, { url: realm, headers: { origin } })
  if (!isAnswered(answer)) return skipped('NOT_REACHED', 'the token server does not answer.')
  const { headers } = answer
  const fault = corsFault(headers, origin)
  if (fault) {
    const message = `${server} answers, but ${describeCorsFault(fault, headers, origin)}.`
    return failed(fault, message, 'allow the origin there, too', proxySettings(origin, headers))
  }
  const preflight = await askPreflight(context, realm, { method: 'GET', header: 'authorization' }, origin)
  if (preflight.isAllowed) return passed(`Pages of ${origin} may ask the token server.`)
  if (preflight.fault) return refusedPreflight(preflight, origin, server)
  const message = `${server} does not allow pages the request header authorization.`
  return failed('HEADERS_MISSING', message, 'list it in Access-Control-Allow-Headers there')
}
