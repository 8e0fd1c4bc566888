import { isHtml } from '../http/answer.ts'
import { type Challenge, parseChallenges } from '../registry/auth/challenge.ts'
import { readRealm } from '../registry/auth/realm.ts'
import { releaseBody } from '../source/release.ts'
import { type Finding, type Findings, failed, passed, skipped, warning } from './check.ts'
import { explainFailure } from './failures.ts'
import { isMixed } from './page-address.ts'
import { answersAtAll, type Examination, isAnswered, type Probed, pageOrigin, probe, sendsOrigin } from './probe.ts'
import { findingOf } from './unexpected.ts'

/** The outcome of the checks of the sign-in. */
export interface SignIn {
  readonly findings: Findings
  /** The token server, if the registry names one that may be asked. */
  readonly realm: URL | undefined
  /** The token server's answer to a request without credentials. */
  readonly realmAnswer: Probed | undefined
  /** True if requests with the credentials of the handle, or anonymous ones, are accepted. */
  readonly isSignedIn: boolean
}

/**
 * Checks the sign-in: what the registry asks for (RFC 9110 § 11.6.1 WWW-Authenticate), its token server, and whether it
 * accepts the credentials.
 */
export async function checkSignIn(examination: Examination, ping: Probed): Promise<SignIn> {
  const open = { realm: undefined, realmAnswer: undefined }
  const noToken = skipped('NOT_NEEDED', 'the registry names no token server.')
  if (ping.status !== 401) {
    const message = 'The registry answers without a sign-in. A repository may still ask for one.'
    const signIn = skipped('NOT_NEEDED', 'the registry asks for no sign-in, so that it does not check credentials.')
    const findings = { challenge: passed(message, 'OPEN'), 'token-server': noToken, 'sign-in': signIn }
    return { ...open, findings, isSignedIn: true }
  }
  const challenges = parseChallenges(ping.headers.get('www-authenticate'))
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  const basic = challenges.find(({ scheme }) => scheme === 'basic')
  const challenge = checkChallenge(ping, bearer ?? basic)
  const attempt = await trySignIn(examination)
  const isSignedIn = attempt.state === 'passed'
  if (!bearer) {
    return { ...open, findings: { challenge, 'token-server': noToken, 'sign-in': attempt }, isSignedIn }
  }
  // The attempt found a fault of the token server, which has its own check.
  if (attempt.code === 'UNTRUSTED_REALM') {
    const signIn = skipped('NOT_REACHED', 'the token server is not trusted.')
    return { ...open, findings: { challenge, 'token-server': attempt, 'sign-in': signIn }, isSignedIn }
  }
  const token = await checkTokenServer(examination, bearer)
  // A page may be unable to read the token server.
  const isDown = !isSignedIn && (token.finding.state !== 'passed' || !token.realmAnswer)
  const signIn = isDown ? skipped('NOT_REACHED', 'the token server gives no tokens.') : attempt
  return { ...token, findings: { challenge, 'token-server': token.finding, 'sign-in': signIn }, isSignedIn }
}

function checkChallenge({ headers }: Probed, known: Challenge | undefined): Finding {
  if (known?.scheme === 'bearer') return passed('The registry asks for a token of its token server (Bearer).', 'BEARER')
  if (known) return passed('The registry asks for a user and a password (Basic).', 'BASIC')
  if (headers.get('www-authenticate') !== null) {
    return failed(
      'UNKNOWN_SCHEME',
      'The registry asks for a sign-in method other than Basic and Bearer.',
      'configure the registry, or the proxy in front of it, to ask for Basic or Bearer',
    )
  }
  if (!sendsOrigin()) {
    return failed(
      'NO_CHALLENGE',
      'The registry answers 401, and this page cannot read the sign-in method (WWW-Authenticate).',
      'expose the header: Access-Control-Expose-Headers: WWW-Authenticate',
    )
  }
  return failed(
    'NO_CHALLENGE',
    'The registry answers 401, and does not name the sign-in method (WWW-Authenticate).',
    'let the registry, or the proxy in front of it, send "WWW-Authenticate: Basic" or "Bearer"',
  )
}

/** Signs in as the handle does: with its credentials, or anonymously. */
async function trySignIn({ registry, signal, timeout }: Examination): Promise<Finding> {
  try {
    const { body } = await registry.send({ act: 'sign in', method: 'GET', url: 'v2/', timeout, signal })
    releaseBody(body)
    return registry.isAnonymous
      ? passed('The registry gives a token to everybody. A repository may still ask for a sign-in.', 'ANONYMOUS')
      : passed('The registry accepts the credentials.')
  } catch (error) {
    signal?.throwIfAborted()
    const { code, message, remedy } = findingOf(error)
    if (code !== 'SIGN_IN_REQUIRED') return failed(code, message, remedy)
    return warning(code, 'The registry asks for a sign-in, and there are no credentials for it.', 'sign in')
  }
}

/** Checks that the token server answers. */
async function checkTokenServer(
  examination: Examination,
  { parameters }: Challenge,
): Promise<Pick<SignIn, 'realm' | 'realmAnswer'> & { readonly finding: Finding }> {
  const { base, registry } = examination
  const rules = { registry: base, allowedRealms: registry.allowedRealms, hasSecret: false }
  const read = await readRealm(parameters.get('realm'), rules)
  const realm = read.url
  if (!realm) {
    const finding = failed('UNTRUSTED_REALM', `The token server ${read.fault}.`, read.remedy)
    return { finding, realm, realmAnswer: undefined }
  }
  const url = new URL(realm)
  const service = parameters.get('service')
  if (service !== undefined) url.searchParams.set('service', service)
  const page = pageOrigin()
  if (page !== undefined && isMixed(realm, page)) {
    const finding = skipped('NOT_REACHED', 'the browser sends no request to the token server.')
    return { finding, realm, realmAnswer: undefined }
  }
  const answer = await probe(examination, { url })
  if (!isAnswered(answer)) {
    if (page !== undefined && (await answersAtAll(examination, url))) {
      return { finding: passed(`The token server at ${realm.origin} answers.`), realm, realmAnswer: undefined }
    }
    const { message, remedy } = explainFailure(answer.failure, `The token server at ${realm.origin}`).finding
    return { finding: failed('REALM_NO_ANSWER', message, remedy), realm, realmAnswer: undefined }
  }
  return { finding: checkRealmAnswer(realm, answer), realm, realmAnswer: answer }
}

/** A token server may refuse a request without credentials, but it does so in JSON. */
function checkRealmAnswer({ origin }: URL, { status, headers }: Probed): Finding {
  const isPage = status < 300 && isHtml(headers)
  const isThere = status < 300 || [400, 401, 403].includes(status)
  if (isThere && !isPage) return passed(`The token server at ${origin} answers.`)
  return failed(
    'REALM_FAILED',
    `The token server at ${origin} answers ${status}${isPage ? ' with a web page' : ''}, and gives no tokens.`,
    'check the realm in the configuration of the registry, and the log of the token server',
  )
}
