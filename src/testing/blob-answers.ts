import type { Digest } from '../oci/digest.ts'
import { answer, type RefusalRule, refusalBy } from './answers.ts'
import { type ByteRange, selectRanges } from './byte-ranges.ts'
import { joined } from './received.ts'
import type { BlobRules } from './rules.ts'

/** A request for a blob. */
interface BlobRequest {
  readonly method: string
  readonly headers: Headers
}

/**
 * Answers a request for a blob with all its bytes, or with the parts that `Range` selects.
 *
 * @param headers Headers of complete answers, such as the digest.
 * @throws {Refusal} if the range is malformed or past the end
 */
export function blobAnswer(
  bytes: Uint8Array<ArrayBuffer>,
  digest: Digest,
  { method, headers: asked }: BlobRequest,
  rules: BlobRules,
): Response {
  const ranged = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', ...etagOf(digest, rules) }
  const headers = { ...ranged, ...(rules.digestIn !== 'none' && { 'docker-content-digest': digest }) }
  const respond = (status: number, own: Record<string, string>, body: Uint8Array<ArrayBuffer>) =>
    method === 'HEAD' ? answer(status, { ...own, 'content-length': String(body.length) }) : answer(status, own, body)
  const range = rangeFor(method, asked, headers, rules)
  const selected = range === null ? 'whole' : selectRanges(range, bytes.length, rules.ranges)
  if (selected === 'whole') return respond(200, headers, bytes)
  if (selected === 'malformed') throw refusal(rules.malformedRange, bytes, rules, {})
  if (selected === 'past-end') {
    const isRange = rules.rangePastEnd.status === 416
    throw refusal(rules.rangePastEnd, bytes, rules, isRange ? { 'content-range': `bytes */${bytes.length}` } : {})
  }
  const partHeaders = rules.digestIn === 'all' ? headers : ranged
  const [first] = selected
  if (first && selected.length === 1) {
    return respond(206, { ...partHeaders, 'content-range': contentRange(first, bytes) }, slice(bytes, first))
  }
  const boundary = crypto.randomUUID()
  const type = { 'content-type': `multipart/byteranges; boundary=${boundary}` }
  return respond(206, { ...partHeaders, ...type }, multipart(bytes, selected, boundary))
}

/** Returns the `Range` that counts: not one with an `If-Range` that names another state of the blob. */
function rangeFor(
  method: string,
  asked: Headers,
  headers: { readonly etag?: string },
  { headHeedsRange, hasEtag }: BlobRules,
): string | null {
  if (method === 'HEAD' && !headHeedsRange) return null
  const condition = asked.get('if-range')
  return hasEtag && condition !== null && condition !== headers.etag ? null : asked.get('range')
}

function etagOf(digest: Digest, { hasEtag }: BlobRules): { readonly etag?: string } {
  return hasEtag ? { etag: `"${digest}"` } : {}
}

function refusal(rule: RefusalRule, { length }: Uint8Array, rules: BlobRules, headers: Record<string, string>): Error {
  return refusalBy(
    rule,
    { size: length },
    { ...headers, ...(rules.refusalHasBlobLength && { 'content-length': String(length) }) },
  )
}

function multipart(
  bytes: Uint8Array<ArrayBuffer>,
  ranges: readonly ByteRange[],
  boundary: string,
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const parts = ranges.flatMap((range, index) => [
    encoder.encode(
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Range: ${contentRange(range, bytes)}\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    slice(bytes, range),
  ])
  parts.push(encoder.encode(`\r\n--${boundary}--\r\n`))
  return joined(
    parts,
    parts.reduce((sum, { length }) => sum + length, 0),
  )
}

function slice(bytes: Uint8Array<ArrayBuffer>, { start, end }: ByteRange): Uint8Array<ArrayBuffer> {
  return bytes.subarray(start, end)
}

function contentRange({ start, end }: ByteRange, { length }: Uint8Array): string {
  return `bytes ${start}-${end - 1}/${length}`
}
