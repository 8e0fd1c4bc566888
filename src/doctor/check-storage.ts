import { NetworkError } from '../errors.ts'
import type { Answer } from '../http/answer.ts'
import { locateRepository } from '../registry/repository.ts'
import { releaseBody } from '../source/release.ts'
import { type Finding, failed, passed, skipped } from './check.ts'
import type { Sample } from './check-repository.ts'
import { describeCorsFault } from './cors.ts'
import { type Examination, isAnswered, pageOrigin, probe } from './probe.ts'
import { shownText } from './shown.ts'
import { settled } from './unexpected.ts'

const REMEDY =
  'set the CORS rules of the storage (S3, Google Cloud Storage, Azure): allow the origin "*" for GET and HEAD. Or let the registry answer with blobs itself'
const NO_REDIRECT = [{ server: 'distribution', lines: 'storage:\n  redirect:\n    disable: true' }] as const

/**
 * Checks whether a page may read a blob that the registry redirects to a storage. Browsers send `Origin: null` after a
 * redirect from one origin to another, so only `*` will do (Fetch § Origin header).
 */
export function checkStorage(examination: Examination, origin: string, sample: Sample | undefined): Promise<Finding> {
  const { registry, base, repository, timeout, signal } = examination
  return settled(examination, async () => {
    if (repository === undefined) return skipped('NOT_ASKED', 'no repository was given.')
    if (!sample?.blob) return skipped('NO_SAMPLE', 'the repository has no image whose blob could be read.')
    const { path, pull } = locateRepository(registry.url, repository)
    const request = {
      act: `read a blob of "${repository}"`,
      method: 'GET',
      url: `${path}blobs/${sample.blob.digest}`,
    } as const
    let answer: Answer
    try {
      answer = await registry.send({ ...request, scopes: pull, headers: { origin: 'null' }, timeout, signal })
    } catch (error) {
      if (origin !== pageOrigin() || !(error instanceof NetworkError)) throw error
      return unreadStorage(examination, new URL(request.url, base))
    }
    const { url, headers, body, secrets } = answer
    releaseBody(body)
    if (url.origin === base.origin || url.origin === origin) return passed('The registry itself answers with blobs.')
    const storage = `the storage at ${shownText(url.origin, secrets)}`
    const allowed = headers.get('access-control-allow-origin')
    if (allowed === '*' || allowed === 'null') return passed(`Pages may read blobs of ${storage}.`)
    const fault = allowed === null ? 'NO_CORS' : allowed.includes(',') ? 'DOUBLED_HEADER' : 'OTHER_ORIGIN'
    return failed(
      fault,
      `The registry redirects blobs to ${storage}, which ${describeCorsFault(fault, headers, 'any origin', secrets)}.`,
      REMEDY,
      NO_REDIRECT,
    )
  })
}

/** A page read the manifest, but not the blob: the redirect leads to where it may not read. */
async function unreadStorage(examination: Examination, url: URL): Promise<Finding> {
  const answer = await probe(examination, { url })
  const isSure = isAnswered(answer) && answer.status >= 300 && answer.status < 400
  const message = isSure
    ? 'The registry redirects blobs to a storage that does not let this page read them.'
    : 'This page can read manifests, but not blobs. Most likely, the registry redirects them to a storage that does not allow this page.'
  return failed('NOT_READABLE', message, REMEDY, NO_REDIRECT)
}
