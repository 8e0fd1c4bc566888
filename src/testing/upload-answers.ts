import type { Digest } from '../oci/digest.ts'
import { answer, type Refusal, type RefusalRule, refusalBy } from './answers.ts'
import type { UploadRules } from './rules.ts'
import type { Upload } from './storage.ts'

/** The blob is in the repository. */
export function created(repository: string, digest: Digest): Response {
  return answer(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })
}

/** The upload is open: where to send more, and what a chunk has to be like. */
export function opened(upload: Upload, { minChunk, maxChunk, ...rules }: UploadRules): Response {
  return answer(202, {
    location: location(upload, rules),
    range: '0-0',
    'docker-upload-uuid': upload.id,
    ...(minChunk?.isTold && { 'oci-chunk-min-length': String(minChunk.length) }),
    ...(maxChunk?.isTold && { 'oci-chunk-max-length': String(maxChunk.length) }),
  })
}

/** How far the upload is. */
export function progress(status: number, upload: Upload, rules: UploadRules): Response {
  // Whoever tells of each chunk by itself tells of all when asked for the status.
  const isStatus = status === 204 && rules.reportedRange === 'newest-chunk'
  const told = isStatus ? { ...rules, reportedRange: 'all' as const } : rules
  const headers = { ...standing(upload, told), 'docker-upload-uuid': upload.id }
  // 204 has no length (RFC 9110 § Content-Length).
  return status === 204 ? new Response(null, { status, headers }) : answer(status, headers)
}

/** A refusal of what does not fit where the upload is. */
export function misfit(
  rule: RefusalRule,
  upload: Upload,
  rules: UploadRules,
  words: Readonly<Record<string, string | number>> = {},
): Refusal {
  return refusalBy(rule, { size: upload.size, ...words }, rules.tellsWhereItStands ? standing(upload, rules) : {})
}

function standing(upload: Upload, rules: UploadRules): { location: string; range: string } {
  const { size, chunks } = upload
  const lengths = { all: size, 'first-chunk': chunks[0]?.length ?? 0, 'newest-chunk': chunks.at(-1)?.length ?? 0 }
  const length = lengths[rules.reportedRange]
  return { location: location(upload, rules), range: length === 0 ? rules.emptyRange : `0-${length - 1}` }
}

/** The upload's state is in the query of its newest location, so that clients have to keep it. */
function location({ id, repository, size }: Upload, { stateCheckedOn }: Pick<UploadRules, 'stateCheckedOn'>): string {
  return `/v2/${repository}/blobs/uploads/${id}${stateCheckedOn.length > 0 ? `?_state=${size}` : ''}`
}
