import { releaseBody } from '../source/release.ts'
import { type Finding, type Findings, failed, passed, skipped, warning } from './check.ts'
import type { SignIn } from './check-sign-in.ts'
import { corsFault, describeCorsFault, listed } from './cors.ts'
import { type Examination, isAnswered, type Probed, probe } from './probe.ts'
import { corsSettings, readSettings, singleHeaderSettings } from './settings.ts'

/** An examination for a page. */
export type PageExamination = Examination & { readonly origin: string }

/** Headers that a push needs to read, and those that make it faster or its errors clearer. */
const NEEDED = ['location']
const WISHED = ['link', 'docker-content-digest', 'range', 'oci-chunk-min-length', 'oci-chunk-max-length', 'retry-after']
/** A tag that is in no repository. */
export const MISSING_TAG = 'doctor-looks-for-a-tag-that-is-not-there'

/** Checks whether a page may read the answers of the registry, their headers, and refusals. */
export async function checkPageReads(context: PageExamination, signIn: SignIn): Promise<Findings> {
  const { base, origin } = context
  const url = new URL('v2/', base)
  const first = await probe(context, { url, headers: { origin } })
  if (!isAnswered(first)) return {}
  // Of a registry with a sign-in, the refusal and the accepted answer may differ.
  const answer = first.status === 401 && signIn.isSignedIn ? ((await readSigned(context, 'v2/')) ?? first) : first
  const read = judgeRead(answer, origin)
  if (read.state === 'failed') return { 'page-read': read }
  return {
    'page-read': read,
    'page-exposed': judgeExposed(first, origin),
    'page-refusals': await checkRefusals(context, first, signIn),
  }
}

export function judgeRead({ headers, secrets }: Answered, origin: string): Finding {
  const fault = corsFault(headers, origin)
  if (!fault) return passed(`Pages of ${origin} may read answers of the registry.`)
  const message = `The registry answers, but ${describeCorsFault(fault, headers, origin, secrets)}.`
  if (fault !== 'DOUBLED_HEADER') {
    return failed(fault, message, 'allow the origin in the registry or in the proxy', readSettings(origin, headers))
  }
  const remedy = 'if the registry and the proxy both send the header, remove it from one of them'
  return failed(fault, message, remedy, singleHeaderSettings(headers))
}

/** `*` exposes all headers, since requests of the SDK carry no cookies. */
export function judgeExposed({ status, headers }: Probed, origin: string): Finding {
  const exposed = listed(headers, 'access-control-expose-headers').map((name) => name.toLowerCase())
  const isHidden = (name: string) => !exposed.includes('*') && !exposed.includes(name)
  const needed = [...NEEDED, ...(status === 401 ? ['www-authenticate'] : [])].filter(isHidden)
  const wished = WISHED.filter(isHidden)
  const all = [...needed, ...wished].join(', ')
  if (all === '') return passed('Pages may read the headers of answers.')
  const remedy = 'list them in Access-Control-Expose-Headers'
  const settings = corsSettings(origin, headers)
  return needed.length > 0
    ? failed('HEADERS_HIDDEN', `Pages cannot read headers that a push or a sign-in needs: ${all}.`, remedy, settings)
    : warning('HEADERS_HIDDEN', `Pages cannot read these headers: ${all}.`, remedy, settings)
}

/** Checks the refusal without credentials, and the answer to a manifest that does not exist. */
async function checkRefusals(context: PageExamination, first: Probed, signIn: SignIn): Promise<Finding> {
  const { origin, repository = 'doctor/probe' } = context
  const path = `v2/${repository}/manifests/${MISSING_TAG}`
  const other = signIn.isSignedIn ? await readSigned(context, path) : await readPlain(context, path)
  const all: readonly Answered[] = [first, ...(other ? [other] : [])]
  const answers = all.filter(({ status }) => status >= 400)
  const [answer] = answers
  if (!answer) return skipped('NO_SAMPLE', 'the registry refused nothing.')
  for (const { status, headers, secrets } of answers) {
    const fault = corsFault(headers, origin)
    if (!fault) continue
    const message = `Pages may read answers, but not refusals: the answer ${status} ${describeCorsFault(fault, headers, origin, secrets)}. A wrong password then looks like a broken network.`
    const remedy = 'let the proxy add the headers to all answers: in nginx "always", in Caddy "defer"'
    return failed(fault, message, remedy, corsSettings(origin, headers))
  }
  return passed(`Pages may read refusals, such as ${answer.status}.`)
}

/** The parts of an answer that decide whether a page may read it. */
type Answered = Pick<Probed, 'status' | 'headers'> & { readonly secrets?: readonly string[] }

async function readPlain(context: PageExamination, path: string): Promise<Answered | undefined> {
  const answer = await probe(context, { url: new URL(path, context.base), headers: { origin: context.origin } })
  return isAnswered(answer) ? answer : undefined
}

/** Sends a request with the credentials of the handle. Returns `undefined` if it is not answered. */
async function readSigned(
  { registry, origin, timeout, signal }: PageExamination,
  url: string,
): Promise<Answered | undefined> {
  const request = { act: 'read as a page', method: 'GET', url, headers: { origin }, timeout, signal } as const
  try {
    const { status, headers, body, secrets } = await registry.send({ ...request, allow: [400, 401, 403, 404] })
    releaseBody(body)
    return { status, headers, secrets }
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}
