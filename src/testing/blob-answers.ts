import type { Digest } from '../oci/digest.ts'
import { answer, type RefusalRule, refusalBy, streamAnswer } from './answers.ts'
import { type ByteRange, selectRanges } from './byte-ranges.ts'
import { randomId } from './random-id.ts'
import type { BlobRules } from './rules.ts'
import type { StoredBytes } from './storage.ts'

/** A request for a blob. */
interface BlobRequest {
  readonly method: string
  readonly headers: Headers
}

/** A part of a body: text between the parts of a blob, or a part of the blob. */
type BodyPart = Uint8Array | ByteRange

/**
 * Answers a request for a blob with all its bytes, or with the parts that `Range` selects.
 *
 * @throws {Refusal} if the range is malformed or past the end
 */
export function blobAnswer(
  blob: StoredBytes,
  digest: Digest,
  { method, headers: asked }: BlobRequest,
  rules: BlobRules,
): Response {
  const { size } = blob
  const ranged = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', ...etagOf(digest, rules) }
  const headers = { ...ranged, ...(rules.digestIn !== 'none' && { 'docker-content-digest': digest }) }
  const respond = (status: number, own: Record<string, string>, parts: readonly BodyPart[]) => {
    const length = parts.reduce((sum, part) => sum + lengthOf(part), 0)
    if (method === 'HEAD') return answer(status, { ...own, 'content-length': String(length) })
    return streamAnswer(status, own, length, piecesOf(blob, parts))
  }
  const range = rangeFor(method, asked, headers, rules)
  const selected = range === null ? 'whole' : selectRanges(range, size, rules.ranges)
  if (selected === 'whole') return respond(200, headers, [{ start: 0, end: size }])
  if (selected === 'malformed') throw refusal(rules.malformedRange, blob, rules, {})
  if (selected === 'past-end') {
    const isRange = rules.rangePastEnd.status === 416
    throw refusal(rules.rangePastEnd, blob, rules, isRange ? { 'content-range': `bytes */${size}` } : {})
  }
  const partHeaders = rules.digestIn === 'all' ? headers : ranged
  const [first] = selected
  if (first && selected.length === 1) {
    return respond(206, { ...partHeaders, 'content-range': contentRange(first, blob) }, [first])
  }
  const boundary = randomId()
  const type = { 'content-type': `multipart/byteranges; boundary=${boundary}` }
  return respond(206, { ...partHeaders, ...type }, multipart(blob, selected, boundary))
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

function refusal(rule: RefusalRule, { size }: StoredBytes, rules: BlobRules, headers: Record<string, string>): Error {
  return refusalBy(
    rule,
    { size },
    { ...headers, ...(rules.refusalHasBlobLength && { 'content-length': String(size) }) },
  )
}

function multipart(blob: StoredBytes, ranges: readonly ByteRange[], boundary: string): readonly BodyPart[] {
  const encoder = new TextEncoder()
  const parts = ranges.flatMap((range, index) => [
    encoder.encode(
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Range: ${contentRange(range, blob)}\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    range,
  ])
  return [...parts, encoder.encode(`\r\n--${boundary}--\r\n`)]
}

function lengthOf(part: BodyPart): number {
  return part instanceof Uint8Array ? part.length : part.end - part.start
}

async function* piecesOf(blob: StoredBytes, parts: readonly BodyPart[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Uint8Array) yield part
    else yield* blob.pieces(part.start, part.end)
  }
}

function contentRange({ start, end }: ByteRange, { size }: StoredBytes): string {
  return `bytes ${start}-${end - 1}/${size}`
}
