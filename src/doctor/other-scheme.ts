import { type Finding, failed } from './check.ts'
import { explainFailure } from './failures.ts'
import { answersAtAll, type Examination, isAnswered, probe, sendsOrigin } from './probe.ts'
import { isApi } from './registry-answer.ts'
import { placeOf } from './shown.ts'

/**
 * Checks whether the registry answers at the same host by the other scheme.
 *
 * @returns the finding if it does
 */
export async function checkOtherScheme(examination: Examination): Promise<Finding | undefined> {
  const { base } = examination
  const url = new URL(base)
  url.protocol = base.protocol === 'https:' ? 'http:' : 'https:'
  const other = placeOf(url)
  if (!(await isRegistryAt(examination, url))) return undefined
  const isEncrypted = url.protocol === 'https:'
  return failed(
    'WRONG_SCHEME',
    `The registry does not answer at ${placeOf(base)}, but at ${other}.`,
    isEncrypted ? `use ${other}` : `use ${other}, or better give the registry a certificate: http is not encrypted`,
  )
}

async function isRegistryAt(examination: Examination, base: URL): Promise<boolean> {
  const url = new URL('v2/', base)
  const answer = await probe(examination, { url })
  if (isAnswered(answer)) return answer.status === 401 || isApi(answer)
  // At the ports of web sites there is often something else.
  if (!sendsOrigin()) return base.port !== '' && (await answersAtAll(examination, url))
  // The server is there, but its certificate is not accepted.
  return explainFailure(answer.failure, '').finding.code.startsWith('CERTIFICATE_')
}
