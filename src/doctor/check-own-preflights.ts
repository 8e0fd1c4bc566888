import { type Findings, failed, passed, skipped } from './check.ts'
import type { PageExamination } from './check-page-reads.ts'
import { judgeHeaders, judgeMethods, METHODS } from './check-preflights.ts'
import type { SignIn } from './check-sign-in.ts'
import { curlCommand } from './curl.ts'
import { isAnswered, type Probed, probe } from './probe.ts'
import { corsSettings, proxySettings } from './settings.ts'

/**
 * Values that need a preflight (Fetch § CORS-safelisted request-header). The token is not valid, and is no password, so
 * that no server counts a failed sign-in.
 */
const VALUES: Readonly<Record<string, string>> = {
  authorization: 'Bearer doctor',
  'content-type': 'application/octet-stream',
  'content-range': '0-15',
  range: 'bytes=0-15',
  accept: ['index.v1', 'manifest.v1']
    .map((kind) => `application/vnd.oci.image.${kind}+json`)
    .join(', ')
    .repeat(2),
}

/** The knowledge of earlier checks. */
interface Known {
  readonly ping: Probed
  readonly signIn: SignIn
  readonly areRefusalsRead: boolean
}

/**
 * Sends a request for each method and each header that a push needs to `v2/`, where it changes nothing. Any answer that
 * this page can read shows that the preflight passed.
 */
export async function checkOwnPreflights(
  context: PageExamination,
  { ping, signIn, areRefusalsRead }: Known,
): Promise<Findings> {
  const { base, origin, registry } = context
  const url = new URL('v2/', base)
  // With credentials, signed requests have shown it.
  const isAuthorizationAllowed = ping.status === 401 && signIn.isSignedIn && !registry.isAnonymous
  const passes = async (method: string, name?: string): Promise<boolean> => {
    if (name === 'authorization' && isAuthorizationAllowed) return true
    return isAnswered(await probe(context, { url, method, headers: name ? { [name]: VALUES[name] ?? '' } : {} }))
  }
  const names = Object.keys(VALUES)
  const [methods, headers] = await Promise.all([
    Promise.all(METHODS.map((method) => passes(method))),
    Promise.all(names.map((name) => passes('GET', name))),
  ])
  // A browser may allow `Range` without asking.
  const needed = names.map((name, index) => name !== 'range' && headers[index])
  if (![...methods, ...needed].includes(true)) return { 'page-preflight': noPreflight(context, ping) }
  const missingMethods = METHODS.filter((_, index) => !methods[index])
  const missingHeaders = names.filter((_, index) => !headers[index])
  const command = curlCommand(base, origin)
  const withCommand = <T extends { readonly state: string }>(finding: T) =>
    finding.state === 'passed' ? finding : { ...finding, command }
  return {
    'page-preflight': passed('Preflights of this page are answered.'),
    'page-methods':
      missingMethods.length > 0 && !areRefusalsRead
        ? skipped('NOT_VISIBLE', 'this page cannot read refusals, and a refused method looks like a forbidden one.')
        : withCommand(judgeMethods(missingMethods, origin, ping.headers)),
    'page-headers': withCommand(judgeHeaders(missingHeaders, origin, ping.headers)),
  }
}

function noPreflight({ base, origin }: PageExamination, { status, headers }: Probed) {
  const command = curlCommand(base, origin)
  if (status === 401) {
    return failed(
      'PREFLIGHT_401',
      'No preflight (OPTIONS) of this page passes. The registry asks for a sign-in, and most likely for preflights, too, which never have credentials.',
      'let a proxy answer OPTIONS; distribution cannot do it (distribution/distribution#4458)',
      proxySettings(origin, headers),
      command,
    )
  }
  return failed(
    'PREFLIGHT_REFUSED',
    'No preflight (OPTIONS) of this page passes: it is refused or redirected, or its answer does not allow this page. A browser does not tell which.',
    'let the registry or a proxy answer OPTIONS with 204 and the CORS headers; to find out what it answers, run the command in a terminal',
    corsSettings(origin, headers),
    command,
  )
}
