import { isHtml, readAnswer } from '../http/answer.ts'
import { isLoopback } from '../oci/registry-address.ts'
import { type Finding, type Findings, failed, passed, warning } from './check.ts'
import { checkReachInPage } from './check-reach-in-page.ts'
import { explainFailure } from './failures.ts'
import { checkOtherScheme } from './other-scheme.ts'
import { type Examination, isAnswered, MAX_BODY, type Probed, pageOrigin, probe, sendsOrigin } from './probe.ts'
import { isApi } from './registry-answer.ts'
import { placeOf } from './shown.ts'
import { watchPolicy } from './watch-policy.ts'

/** The outcome of the first checks. */
interface Reached {
  readonly findings: Findings
  /** The registry's answer to `GET v2/` without credentials: 200 or 401. `undefined` if there is no registry. */
  readonly ping: Probed | undefined
  /** True if a page can read only answers to signed-in requests. @default false */
  readonly isSignedIn?: boolean
}

/** Checks that a registry answers at the address (distribution-spec § Determining Support). */
export async function checkReach(examination: Examination): Promise<Reached> {
  const { base } = examination
  const place = placeOf(base)
  const page = pageOrigin()
  const policy = page === undefined ? undefined : watchPolicy()
  const answer = await probe(examination, { url: new URL('v2/', base) })
  const isBlocked = !isAnswered(answer) && (await policy?.hasBlocked(base.origin))
  policy?.stop()
  if (!isAnswered(answer)) {
    const { failure } = answer
    if (page !== undefined && page !== base.origin) {
      const unread = { examination, page, failure, isBlocked: isBlocked ?? false, place }
      return { ...(await checkReachInPage(unread)), ping: undefined }
    }
    const { check, finding } = explainFailure(failure, place)
    const isOtherScheme = finding.code !== 'HOST_UNKNOWN' && !finding.code.startsWith('CERTIFICATE_')
    const other = isOtherScheme ? await checkOtherScheme(examination) : undefined
    if (other) return { findings: { connection: other }, ping: undefined }
    const connection = passed(`${place} answers.`)
    return { findings: check === 'tls' ? { connection, tls: finding } : { connection: finding }, ping: undefined }
  }
  // Go's servers and nginx answer 400 to http at a port of https, others redirect.
  const isHttp = base.protocol === 'http:'
  const other =
    isHttp && (answer.status === 400 || leadsToHttps(answer)) ? await checkOtherScheme(examination) : undefined
  if (other) return { findings: { connection: other }, ping: undefined }
  const reached = { connection: passed(`${place} answers.`), tls: checkTls(base) }
  if (/required SSL certificate|SSL certificate error/i.test(answer.text)) {
    return { findings: { connection: reached.connection, tls: refusedCertificate(place) }, ping: undefined }
  }
  const fault = await findFault(examination, answer)
  const ping = fault ? await askAsHandle(examination, answer) : answer
  if (!ping) return { findings: { ...reached, ...(fault && { api: fault }) }, ping }
  const api = passed(`${place} is a registry.`)
  return { findings: { ...reached, api, version: checkVersion(ping) }, ping }
}

/** nginx answers 400 with a page if there is no client certificate, or one that it does not trust. */
function refusedCertificate(place: string): Finding {
  return failed(
    'CLIENT_CERTIFICATE',
    `${place} wants a client certificate, or does not trust the one that it got.`,
    'in Node pass createFetch({ cert, key })',
  )
}

/** A gateway may let in only requests with the headers of the handle. They do not help with a busy server. */
async function askAsHandle(
  { registry, timeout, signal }: Examination,
  { status }: Probed,
): Promise<Probed | undefined> {
  if (registry.isAnonymous || status === 429 || status >= 500) return undefined
  try {
    const answer = await registry.send({ act: 'reach the registry', method: 'GET', url: 'v2/', timeout, signal })
    const time = Date.now()
    const text = new TextDecoder().decode(await readAnswer(answer, MAX_BODY))
    const probed = { status: answer.status, headers: answer.headers, text, time }
    return isApi(probed) ? probed : undefined
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

function checkTls({ protocol, hostname, origin }: URL): Finding {
  if (protocol === 'https:') return passed('The connection is encrypted, and the certificate is trusted.')
  if (isLoopback(hostname)) {
    return passed('The registry is on this machine: the connection needs no encryption.', 'SAME_MACHINE')
  }
  return warning(
    'NOT_ENCRYPTED',
    `The connection to ${origin} is not encrypted: anyone on the network can read passwords and change images.`,
    'give the registry a certificate, and use https',
  )
}

/** Returns the fault of an answer that no registry gives to `GET v2/`. */
async function findFault(examination: Examination, answer: Probed): Promise<Finding | undefined> {
  const { base } = examination
  const { status } = answer
  const place = placeOf(base)
  if (status === 401 || isApi(answer)) return undefined
  if (status >= 300 && status < 400) return redirected(base, answer)
  if (status === 403) {
    return failed(
      'ACCESS_DENIED',
      `${place} answers 403: it, or a proxy or firewall in front of it, does not let this machine in.`,
      'check the access rules of the server (addresses, headers, VPN)',
    )
  }
  if (status === 429) {
    return failed('RATE_LIMITED', `${place} answers 429: it wants fewer requests.`, 'wait, then try again')
  }
  if (status >= 500) {
    return failed(
      'SERVER_FAILED',
      `${place} answers ${status}: the registry fails, or the proxy in front of it does not reach the registry.`,
      'check that the registry runs, and the log of the server',
    )
  }
  const root = base.pathname === '/' ? undefined : await findAtRoot(examination)
  if (status === 404 || root) {
    return failed(
      'WRONG_PATH',
      `${placeOf(new URL('v2/', base))}/ does not exist: there is no registry at this path.`,
      root
        ? `use ${root}`
        : 'check the address: some registries are below a path, and a proxy has to pass /v2/ on to the registry',
    )
  }
  if (isHtml(answer.headers)) {
    return failed(
      'WEB_PAGE',
      `${place} is a web site, not a registry: it answers ${status} with a page.`,
      'check the host and the port: they may differ from those of its web interface',
    )
  }
  return failed(
    'UNEXPECTED_ANSWER',
    `${place} answers ${status}, which is not the answer of a registry.`,
    'check that this is the address of a registry',
  )
}

/** Finds a registry at the root of a host whose address has a path. */
async function findAtRoot(examination: Examination): Promise<string | undefined> {
  const url = new URL('/', examination.base)
  const answer = await probe(examination, { url: new URL('v2/', url) })
  return isAnswered(answer) && isApi(answer) ? placeOf(url) : undefined
}

function redirected(base: URL, { status, headers }: Probed): Finding {
  const location = headers.get('location') ?? ''
  const target = URL.canParse(location, base) ? new URL(location, base) : undefined
  const isApiPath = target && /\/v2\/?$/.test(target.pathname)
  const address = target && isApiPath ? placeOf(new URL(target.pathname.replace(/v2\/?$/, ''), target)) : undefined
  return failed(
    'REDIRECTED',
    `${placeOf(base)} answers ${status}, a redirect${target ? ` to ${target.origin}` : ''}: pushes cannot follow it.`,
    address ? `use ${address}` : 'check the address: this may be the way to a sign-in page of a web site',
  )
}

function leadsToHttps({ status, headers }: Probed): boolean {
  return status >= 300 && status < 400 && (headers.get('location') ?? '').startsWith('https:')
}

/** Docker's clients take a server without this header for another kind of registry. */
function checkVersion({ status, headers }: Probed): Finding {
  if (!sendsOrigin()) return { ...passed('A page cannot see the version.', 'NOT_VISIBLE'), state: 'skipped' }
  const version = headers.get('docker-distribution-api-version')
  if (version?.includes('registry/2.0')) return passed('The registry sends the version of its API.')
  const isProxy = status === 401
  return warning(
    'NO_VERSION',
    'The answer has no header "Docker-Distribution-Api-Version: registry/2.0". This SDK does not need it, but old clients do.',
    isProxy ? 'if a proxy asks for the sign-in, let it add the header' : undefined,
    isProxy ? [{ server: 'nginx', lines: 'add_header Docker-Distribution-Api-Version "registry/2.0" always;' }] : [],
  )
}
