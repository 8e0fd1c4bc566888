import { readJsonAnswer } from '../http/answer.ts'
import { isJsonObject } from '../oci/json.ts'
import { CATALOG } from '../registry/auth/scope.ts'
import { listByReferrersApi } from '../registry/referrers-api.ts'
import { type Finding, passed, skipped, warning } from './check.ts'
import type { Sample } from './check-repository.ts'
import type { Examination } from './probe.ts'
import { settled } from './unexpected.ts'

/** In bytes: a list of one repository; some registries give all. */
const MAX_LIST = 8 * 1024 * 1024
/** Answers of registries that do not list repositories, or not for this user. */
const REFUSALS = [400, 401, 403, 404, 405, 501]

/** Checks whether the registry lists its repositories. */
export function checkCatalog(examination: Examination): Promise<Finding> {
  const { registry, timeout, signal } = examination
  const missing = (act = 'list its repositories') =>
    warning('NOT_SUPPORTED', `The registry does not ${act}. Pushes and pulls do not need it.`)
  return settled(examination, async () => {
    const request = { act: 'list the repositories', method: 'GET', url: 'v2/_catalog?n=1' } as const
    const answer = await registry
      .send({ ...request, scopes: [CATALOG], allow: REFUSALS, timeout, signal })
      // Some token servers refuse this scope.
      .catch((error) => {
        if (REFUSALS.includes(error?.status)) return undefined
        throw error
      })
    if (!answer || [401, 403].includes(answer.status)) return missing('list its repositories to this user')
    if (answer.status >= 300) return missing()
    const list = await readJsonAnswer(answer, MAX_LIST)
    const isList = isJsonObject(list) && 'repositories' in list
    return isList ? passed('The registry lists its repositories.') : missing()
  })
}

/** Checks whether the registry has the referrers API (distribution-spec § Listing Referrers). */
export function checkReferrers(examination: Examination, sample: Sample | undefined): Promise<Finding> {
  const { registry, repository, signal } = examination
  return settled(examination, async () => {
    if (repository === undefined) return skipped('NOT_ASKED', 'no repository was given.')
    if (!sample) return skipped('NO_SAMPLE', 'the repository has no image to ask for.')
    const place = { registry, repository, subject: sample.manifest }
    const list = await listByReferrersApi(place, () => {}, signal)
    if (list) return passed('The registry lists referrers by the referrers API.')
    const message = 'The registry has no referrers API. This SDK and others keep the list in a tag instead.'
    return warning('NOT_SUPPORTED', message, 'nothing is to be done, but two writers at once may lose an entry')
  })
}
