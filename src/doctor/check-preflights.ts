import { type Finding, type Findings, failed, passed, warning } from './check.ts'
import type { PageExamination } from './check-page-reads.ts'
import { describeCorsFault } from './cors.ts'
import { type Announced, askPreflight, type Preflight } from './preflight.ts'
import { corsSettings, proxySettings, singleHeaderSettings } from './settings.ts'

/** The methods of a push that need a permission. */
export const METHODS = ['PUT', 'PATCH', 'DELETE']
/** Headers that every push needs. */
export const NEEDED = ['authorization', 'content-type', 'content-range']
/** Headers that reading needs. */
const WISHED = ['range', 'accept']

/** Checks the preflights of a push: one for each method and one for each header, so that each is judged alone. */
export async function checkPreflights(context: PageExamination): Promise<Findings> {
  const { origin } = context
  const announced: readonly Announced[] = [
    ...METHODS.map((method) => ({ method })),
    ...[...NEEDED, ...WISHED].map((header) => ({ method: 'GET', header })),
  ]
  const url = new URL('v2/', context.base)
  const preflights = await Promise.all(announced.map((request) => askPreflight(context, url, request, origin)))
  const [first] = preflights
  if (first?.fault && preflights.every(({ fault }) => fault)) {
    return { 'page-preflight': refusedPreflight(first, origin) }
  }
  const isRefused = (_: unknown, index: number) => !preflights[index]?.isAllowed
  const refused = announced.filter(isRefused)
  const headers = preflights.find(({ answer }) => answer)?.answer?.headers
  return {
    'page-preflight': passed(`Preflights of pages of ${origin} are answered.`),
    'page-methods': judgeMethods(
      refused.filter(({ header }) => header === undefined).map(({ method }) => method),
      origin,
      headers,
    ),
    'page-headers': judgeHeaders(
      refused.flatMap(({ header }) => header ?? []),
      origin,
      headers,
    ),
  }
}

/** Judges which methods preflights do not allow. */
export function judgeMethods(missing: readonly string[], origin: string, headers: Headers | undefined): Finding {
  if (missing.length === 0) return passed('Preflights allow the methods PUT, PATCH and DELETE.')
  return failed(
    'METHODS_MISSING',
    `Preflights do not allow the methods ${missing.join(', ')}.`,
    'list them in Access-Control-Allow-Methods, in capital letters',
    corsSettings(origin, headers),
  )
}

/** Judges which request headers preflights do not allow. */
export function judgeHeaders(missing: readonly string[], origin: string, headers: Headers | undefined): Finding {
  if (missing.length === 0) return passed(`Preflights allow the headers ${[...NEEDED, ...WISHED].join(', ')}.`)
  const message = `Preflights do not allow the request headers ${missing.join(', ')}.`
  const remedy = missing.includes('authorization')
    ? 'list them in Access-Control-Allow-Headers; "*" does not stand for authorization'
    : 'list them in Access-Control-Allow-Headers'
  const settings = corsSettings(origin, headers)
  return NEEDED.some((name) => missing.includes(name))
    ? failed('HEADERS_MISSING', message, remedy, settings)
    : warning('HEADERS_MISSING', message, remedy, settings)
}

/** Explains why a browser takes no preflight for a permission. */
export function refusedPreflight({ fault, answer }: Preflight, origin: string, server = 'The registry'): Finding {
  const headers = answer?.headers
  const byProxy = proxySettings(origin, headers)
  if (fault === 'PREFLIGHT_401') {
    return failed(
      fault,
      `${server} asks for a sign-in even for preflights (OPTIONS), which never have credentials.`,
      'let a proxy answer OPTIONS; distribution cannot do it (distribution/distribution#4458)',
      byProxy,
    )
  }
  if (fault === 'PREFLIGHT_REDIRECTED' || fault === 'PREFLIGHT_REFUSED') {
    const act = fault === 'PREFLIGHT_REDIRECTED' ? 'redirects preflights' : 'refuses preflights'
    return failed(
      fault,
      `${server} ${act} (OPTIONS): it answers ${answer?.status}, and browsers require 200 or 204.`,
      'let the registry or a proxy answer OPTIONS with 204',
      corsSettings(origin, headers),
    )
  }
  if (!fault || fault === 'NO_ANSWER' || !headers) {
    return failed('NO_ANSWER', `${server} does not answer preflights (OPTIONS).`, 'let a proxy answer OPTIONS', byProxy)
  }
  const message = `${server} answers preflights (OPTIONS), but ${describeCorsFault(fault, headers, origin)}.`
  const isDoubled = fault === 'DOUBLED_HEADER'
  const settings = isDoubled ? singleHeaderSettings(headers) : corsSettings(origin, headers)
  return failed(
    fault,
    message,
    isDoubled ? 'let only one server send the header' : 'allow the origin for OPTIONS, too',
    settings,
  )
}
