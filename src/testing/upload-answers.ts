import type { Digest } from '../oci/digest.ts'
import { answer, type Refusal, type RefusalRule, refusalBy } from './answers.ts'
import type { UploadRules } from './rules.ts'
import type { Upload } from './storage.ts'

/** Answers that the blob is in the repository. */
export function created(repository: string, digest: Digest): Response {
  return answer(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })
}

/** Answers that the upload is open, with its location and the limits of chunk sizes. */
export function opened(upload: Upload, { minChunk, maxChunk, ...rules }: UploadRules): Response {
  return answer(202, {
    location: location(upload, rules),
    range: rules.reportedEnd === 'count' ? 'bytes=0--1' : '0-0',
    ...uuidOf(upload),
    ...(minChunk?.isTold && { 'oci-chunk-min-length': String(minChunk.length) }),
    ...(maxChunk?.isTold && { 'oci-chunk-max-length': String(maxChunk.length) }),
  })
}

/** Answers a chunk with the upload's progress. */
export function progress(status: number, upload: Upload, rules: UploadRules): Response {
  return answer(status, { location: location(upload, rules), range: rangeOf(upload, rules), ...uuidOf(upload) })
}

/**
 * Answers a status request with the upload's progress. A registry that reports only the newest chunk reports all bytes
 * here.
 */
export function status(upload: Upload, rules: UploadRules): Response {
  const isCount = rules.reportedEnd === 'count'
  const reportedRange = rules.reportedRange === 'newest-chunk' ? 'all' : rules.reportedRange
  const headers = {
    range: isCount ? `bytes=0-${upload.size}` : rangeOf(upload, { ...rules, reportedRange }),
    ...(!isCount && { location: location(upload, rules) }),
    ...uuidOf(upload),
  }
  // 204 has no length (RFC 9110 § Content-Length).
  return new Response(null, { status: 204, headers })
}

/** Creates the refusal of a request that does not match the upload's state. */
export function misfit(
  rule: RefusalRule,
  upload: Upload,
  rules: UploadRules,
  words: Readonly<Record<string, string | number>> = {},
): Refusal {
  const range = rules.reportedEnd === 'count' ? `0-${upload.size}` : rangeOf(upload, rules)
  const standing = { location: location(upload, rules), range }
  return refusalBy(rule, { size: upload.size, ...words }, rules.tellsWhereItStands ? standing : {})
}

function rangeOf({ size, firstChunk, newestChunk }: Upload, { reportedRange, emptyRange }: UploadRules): string {
  const lengths = { all: size, 'first-chunk': firstChunk, 'newest-chunk': newestChunk }
  const length = lengths[reportedRange]
  return length === 0 ? emptyRange : `0-${length - 1}`
}

function uuidOf({ id }: Upload): Record<string, string> {
  return { 'docker-upload-uuid': id }
}

/** Returns the upload's location. Its query has the upload's state, so that clients must use the newest location. */
function location({ id, repository, size }: Upload, { stateCheckedOn }: Pick<UploadRules, 'stateCheckedOn'>): string {
  return `/v2/${repository}/blobs/uploads/${id}${stateCheckedOn.length > 0 ? `?_state=${size}` : ''}`
}
