import { ValidationError } from '../errors.ts'
import { type Finding, type Findings, listFound, passed, type RegistryCheck } from './check.ts'
import { judgeExposed, judgeRead } from './check-page-reads.ts'
import { judgeHeaders, judgeMethods, METHODS, NEEDED, refusedPreflight } from './check-preflights.ts'
import { corsFault, listed } from './cors.ts'
import { parseCurlOutput } from './curl-output.ts'
import { explainFailure } from './failures.ts'
import { allowsHeader, allowsMethod, preflightFault } from './preflight.ts'
import type { Probed } from './probe.ts'

/** Explains what curl printed for the command of a check. */
export function explainCurlOutput(text: string, origin: string): readonly RegistryCheck[] {
  const { failure, answers } = parseCurlOutput(text)
  const [preflight, answer] = answers
  if (!preflight && failure) return listFound(judgeFailure(failure.exitCode, failure.words))
  if (!preflight) {
    throw new ValidationError(
      'NOT_SUPPORTED',
      'Cannot read the output of curl: it has no answer and no error of curl',
      {
        remedy: 'run the command of the check in a terminal, and paste its whole output',
      },
    )
  }
  return listFound({
    connection: passed('The registry answers.'),
    ...judgePreflight(preflight, origin),
    ...(answer && judgeAnswer(answer, origin)),
  })
}

/** The failures of Node by the exit codes of curl. */
const WORDS: Readonly<Record<number, string>> = {
  5: 'PROXY_ANSWERED',
  6: 'ENOTFOUND',
  7: 'ECONNREFUSED',
  28: 'timed out',
  35: 'TLS',
  52: 'ECONNRESET',
  56: 'ECONNRESET',
  58: 'CERTIFICATE_REQUIRED',
  97: 'PROXY_ANSWERED',
}

function judgeFailure(exitCode: number, words: string): Findings {
  const isReset = exitCode === 35 && /reset|eof/i.test(words)
  const failure = exitCode === 60 || exitCode === 51 ? certificateFailure(words) : WORDS[exitCode]
  const { check, finding } = explainFailure(isReset ? 'ECONNRESET' : (failure ?? ''), 'The registry')
  return check === 'tls'
    ? { connection: passed('The registry answers.'), tls: inBrowserWords(finding) }
    : { connection: finding }
}

function certificateFailure(words: string): string {
  if (/expired/i.test(words)) return 'CERT_HAS_EXPIRED'
  if (/not yet valid/i.test(words)) return 'CERT_NOT_YET_VALID'
  return /subject name|does not match/i.test(words) ? 'ALTNAME' : 'SELF_SIGNED'
}

/** The remedies of Node do not help a page. */
function inBrowserWords(finding: Finding): Finding {
  if (finding.code !== 'CERTIFICATE_UNKNOWN') return finding
  return { ...finding, remedy: 'add the authority to those that this machine and its browser trust' }
}

function judgePreflight(answer: Probed, origin: string): Findings {
  const fault = preflightFault(answer, origin)
  if (fault) return { 'page-preflight': refusedPreflight({ fault, isAllowed: false, answer }, origin) }
  const { headers } = answer
  // Some servers list only the method that was asked for.
  const asked = listed(headers, 'access-control-allow-methods').length > 1 ? METHODS : ['PATCH']
  const missingMethods = asked.filter((method) => !allowsMethod(headers, method))
  const missingHeaders = NEEDED.filter((name) => !allowsHeader(headers, name))
  return {
    'page-preflight': passed(`Preflights of pages of ${origin} are answered.`),
    'page-methods': judgeMethods(missingMethods, origin, headers),
    'page-headers': judgeHeaders(missingHeaders, origin, headers),
  }
}

function judgeAnswer(answer: Probed, origin: string): Findings {
  const read = judgeRead(answer, origin)
  if (corsFault(answer.headers, origin)) return { 'page-read': read }
  const refusal = passed(`Pages may read refusals, such as ${answer.status}.`)
  return {
    'page-read': read,
    'page-exposed': judgeExposed(answer, origin),
    ...(answer.status >= 400 && { 'page-refusals': refusal }),
  }
}
