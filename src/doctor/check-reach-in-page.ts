import { isLocal, isLoopback } from '../oci/registry-address.ts'
import { releaseBody } from '../source/release.ts'
import { isBadPort, isOffline, localNetworkPermission } from './browser.ts'
import { type Finding, type Findings, failed, passed, skipped, warning } from './check.ts'
import { curlCommand } from './curl.ts'
import { explainFailure } from './failures.ts'
import { checkOtherScheme } from './other-scheme.ts'
import { checkPageAddress } from './page-address.ts'
import { answersAtAll, type Examination, TIMED_OUT } from './probe.ts'
import { readSettings } from './settings.ts'

/** An examination by a page, which got no answer that it could read. */
export interface Unread {
  readonly examination: Examination
  /** The origin of this page. */
  readonly page: string
  /** Names and messages of the error. */
  readonly failure: string
  /** True if the page's own policy blocked the request. */
  readonly isBlocked: boolean
  /** Where the registry would be, for messages. */
  readonly place: string
}

/**
 * Finds out why a page got no answer that it can read. All failures look the same to a page, so it tells them apart by
 * further requests.
 *
 * @returns findings, and whether requests with the credentials of the handle are answered
 */
export async function checkReachInPage(unread: Unread): Promise<{
  readonly findings: Findings
  readonly isSignedIn: boolean
}> {
  const { examination, page, failure, place } = unread
  const { base } = examination
  const only = (findings: Findings) => ({ findings, isSignedIn: false })
  if (failure === TIMED_OUT) return only({ connection: explainFailure(failure, place).finding })
  if (isBadPort(base)) return only({ connection: explainFailure('bad port', place).finding })
  const address = addressFault(unread)
  if (address) {
    const connection = skipped('NOT_REACHED', 'the browser sends no request.')
    return only({ connection, 'page-address': address })
  }
  if (isOffline() && !isLoopback(base.hostname)) return only({ connection: offline() })
  const isThere = await answersAtAll(examination, new URL('v2/', base))
  // A server of https answers http, too, with 400.
  const other = isThere && base.protocol === 'https:' ? undefined : await checkOtherScheme(examination)
  if (other) return only({ connection: other })
  if (isThere) {
    const connection = passed(`${place} answers.`)
    if (!(await isReadableSignedIn(examination))) return only({ connection, 'page-read': notReadable(unread) })
    return { findings: { connection, ...onlySignedIn(unread) }, isSignedIn: true }
  }
  const network = await checkLocalNetwork(base, page)
  const connection = noAnswer(unread)
  return only({ connection, ...(network && { 'page-address': network }) })
}

/** A reason for which the browser sends no request. */
function addressFault({ examination, page, isBlocked }: Unread): Finding | undefined {
  const { base } = examination
  if (isBlocked) {
    return failed(
      'BLOCKED_BY_POLICY',
      `The Content-Security-Policy of this page forbids requests to ${base.origin}.`,
      `add ${base.origin} to connect-src in the Content-Security-Policy of the page`,
    )
  }
  const address = checkPageAddress(base, page)
  return address.state === 'failed' ? address : undefined
}

function offline(): Finding {
  return failed('OFFLINE', 'The browser is offline.', 'connect this machine to the network')
}

/**
 * Tells whether the credentials help: a proxy may add the CORS headers only to answers that are no errors, so that a
 * page cannot read the 401.
 */
async function isReadableSignedIn({ registry, timeout, signal }: Examination): Promise<boolean> {
  if (registry.isAnonymous) return false
  try {
    const { body } = await registry.send({ act: 'sign in', method: 'GET', url: 'v2/', timeout, signal })
    releaseBody(body)
    return true
  } catch {
    signal?.throwIfAborted()
    return false
  }
}

function onlySignedIn({ examination, page, place }: Unread): Findings {
  const hidden = (what: string) => skipped('NOT_VISIBLE', `this page cannot read refusals, which tell ${what}.`)
  return {
    api: passed(`${place} is a registry.`),
    challenge: hidden('the kind of sign-in'),
    'token-server': hidden('whether there is a token server'),
    'sign-in': passed('The registry accepts the credentials.'),
    'page-read': passed('This page may read answers of the registry to signed-in requests.'),
    'page-preflight': passed('Preflights of this page are answered.'),
    'page-refusals': failed(
      'NO_CORS',
      'This page may read answers, but not the refusal 401. A wrong password then looks like a broken network.',
      'let the proxy add the headers to all answers: in nginx "always", in Caddy "defer"',
      readSettings(page, undefined),
      curlCommand(examination.base, page),
    ),
  }
}

function notReadable({ examination, page, place }: Unread): Finding {
  const { base, registry } = examination
  const signIn = registry.isAnonymous ? ' If only its refusals lack the permission, it works after a sign-in.' : ''
  return failed(
    'NOT_READABLE',
    `${place} answers, but does not let this page (${page}) read its answers: it allows no page, allows another origin, sends the header twice, or redirects. A browser does not tell which.${signIn}`,
    'allow the origin in the registry or in the proxy; to find out which it is, run the command in a terminal',
    readSettings(page, undefined),
    curlCommand(base, page),
  )
}

function noAnswer({ examination, page, place }: Unread): Finding {
  // There, a request that may not be read is blocked, too (HTML § Cross-Origin-Embedder-Policy).
  if (globalThis.crossOriginIsolated) {
    return failed(
      'NO_ANSWER',
      `${place} does not answer, or does not let this page read its answer (CORS). A browser does not tell which.`,
      'open the address in a tab: if it answers there, allow the origin of this page; otherwise check the address, the certificate, and that it runs',
      [],
      curlCommand(examination.base, page),
    )
  }
  return failed(
    'NO_ANSWER',
    `${place} does not answer: it is not running, its name or port is different, or its certificate is not trusted. A browser does not tell which.`,
    'open the address in a tab: it shows a warning about the certificate. If a registry answers there, configure it not to send Cross-Origin-Resource-Policy',
    [],
    curlCommand(examination.base, page),
  )
}

/** Tells whether the browser may have kept a page of the internet from a local network. */
async function checkLocalNetwork(base: URL, page: string): Promise<Finding | undefined> {
  if (isLocal(new URL(page).hostname)) return undefined
  const state = await localNetworkPermission(isLoopback(base.hostname))
  const isSeen = isLocal(base.hostname)
  if (state === 'denied') {
    return (isSeen ? failed : warning)(
      'LOCAL_NETWORK',
      `The user does not allow this page the local network${isSeen ? '' : `: if ${base.host} is in it, that is the reason`}.`,
      'allow it for this page in the settings of the browser, or serve the page from the same network',
    )
  }
  return isSeen ? checkPageAddress(base, page) : undefined
}
