import { locateRepository } from '../registry/repository.ts'
import { releaseBody } from '../source/release.ts'
import { type Finding, type Findings, failed, passed, skipped, warning } from './check.ts'
import { checkOwnPreflights } from './check-own-preflights.ts'
import { checkOwnTokenServer } from './check-own-token-server.ts'
import { MISSING_TAG, type PageExamination } from './check-page-reads.ts'
import type { Sample } from './check-repository.ts'
import type { SignIn } from './check-sign-in.ts'
import { checkStorage } from './check-storage.ts'
import { curlCommand } from './curl.ts'
import { isAnswered, type Probed, probe } from './probe.ts'
import { corsSettings, readSettings } from './settings.ts'

/**
 * Checks what this page itself can do. It sees no preflight, but it sees whether a request passed: each request here
 * needs one permission, and changes nothing.
 */
export async function checkOwnPage(
  context: PageExamination,
  ping: Probed,
  signIn: SignIn,
  sample: Sample | undefined,
): Promise<Findings> {
  const refusals = await checkOwnRefusals(context, ping)
  const areRefusalsRead = refusals.state === 'passed'
  return {
    'page-address': passed('The browser lets this page send requests to the registry.'),
    'page-read': passed('This page may read answers of the registry.'),
    ...(await checkOwnPreflights(context, { ping, signIn, areRefusalsRead })),
    'page-exposed': await checkOwnExposed(context, ping, sample),
    'page-refusals': refusals,
    'page-token-server': await checkOwnTokenServer(context, signIn),
    'page-storage': await checkStorage(context, context.origin, sample),
  }
}

/** Asks for a manifest that does not exist, without a sign-in: this needs no preflight. */
async function checkOwnRefusals(context: PageExamination, ping: Probed): Promise<Finding> {
  const { base, origin, repository = 'doctor/probe' } = context
  const answer = await probe(context, { url: new URL(`v2/${repository}/manifests/${MISSING_TAG}`, base) })
  if (!isAnswered(answer)) {
    return failed(
      'NO_CORS',
      'This page may read answers, but not refusals, such as that of a manifest that does not exist (404). A wrong password then looks like a broken network.',
      'let the proxy add the headers to all answers: in nginx "always", in Caddy "defer"',
      readSettings(origin, ping.headers),
      curlCommand(base, origin),
    )
  }
  if (answer.status >= 400) return passed(`This page may read refusals, such as ${answer.status}.`)
  if (ping.status >= 400) return passed(`This page may read refusals, such as ${ping.status}.`)
  return skipped('NO_SAMPLE', 'the registry refused nothing.')
}

/** A page sees only that a header is missing, so it looks at headers that each registry sends. */
async function checkOwnExposed(
  context: PageExamination,
  { status, headers }: Probed,
  sample: Sample | undefined,
): Promise<Finding> {
  const { origin } = context
  if (status === 401 && !headers.has('www-authenticate')) return hiddenHeader('WWW-Authenticate', origin, headers)
  const answer = sample && (await readSampleHeaders(context, sample))
  if (answer && !answer.has('docker-content-digest')) {
    const { message, remedy, settings } = hiddenHeader('Docker-Content-Digest', origin, headers)
    return warning('HEADERS_HIDDEN', message, remedy, settings)
  }
  // A push needs Location, which only answers to uploads have.
  return skipped('NOT_VISIBLE', 'a page sees the header that a push needs, Location, only if it may open an upload.')
}

/** The finding for a header that this page cannot read. */
export function hiddenHeader(name: string, origin: string, headers: Headers | undefined): Finding {
  return failed(
    'HEADERS_HIDDEN',
    `This page cannot read the header ${name} of answers.`,
    'list it in Access-Control-Expose-Headers',
    corsSettings(origin, headers),
  )
}

async function readSampleHeaders(
  { registry, repository, timeout, signal }: PageExamination,
  { manifest }: Sample,
): Promise<Headers | undefined> {
  const { path, pull } = locateRepository(registry.url, repository ?? '')
  const request = { act: 'read a manifest', method: 'HEAD', url: `${path}manifests/${manifest}`, scopes: pull } as const
  try {
    const { headers, body } = await registry.send({ ...request, timeout, signal })
    releaseBody(body)
    return headers
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}
