import { Refusal, refusalBy } from './answers.ts'
import type { Received } from './received.ts'
import type { MinChunkRule, UploadRules } from './rules.ts'
import type { Storage, Upload } from './storage.ts'
import { misfit } from './upload-answers.ts'

/** Throws if the request does not use the newest location and the rules require it. */
export function verifyState({ method, url }: Received, upload: Upload, rules: UploadRules): void {
  if (!rules.stateCheckedOn.includes(method)) return
  if (url.searchParams.get('_state') !== String(upload.size)) throw misfit(rules.staleState, upload, rules)
}

/** Throws if the registry does not accept the chunk of a PATCH, regardless of its offset. */
export function verifyChunk({ headers, body }: Received, upload: Upload, rules: UploadRules): void {
  // Docker and crane send a whole blob with a PATCH that has no range.
  if (rules.chunk && (headers.has('content-range') || upload.size > 0)) throw refusalBy(rules.chunk)
  const type = headers.get('content-type') ?? ''
  if (rules.otherContentType && !['', 'application/octet-stream'].includes(type)) {
    throw refusalBy(rules.otherContentType)
  }
  const { firstChunk, newestChunk } = upload
  const isUnequal = upload.size > 0 && (newestChunk !== firstChunk || body.size > firstChunk)
  if (rules.unequalChunk && isUnequal) throw misfit(rules.unequalChunk, upload, rules)
}

/**
 * Throws if `Content-Range` is not `<first>-<last>`, inclusive and without a unit (distribution-spec § Pushing a blob
 * in chunks).
 */
export function verifyRange({ method, headers, body, isCut }: Received, upload: Upload, rules: UploadRules): void {
  const range = headers.get('content-range')
  if (range === null || !rules.rangeCheckedOn.includes(method)) return
  const [, first, last] = /^([0-9]+)-([0-9]+)$/.exec(range) ?? []
  if (first === undefined) throw misfit(rules.malformedRange, upload, rules, { range })
  if (Number(first) !== upload.size) throw misfit(rules.outOfOrder, upload, rules, { first })
  if (rules.oneByteRange && first === last) throw misfit(rules.oneByteRange, upload, rules)
  if (!isCut && Number(last) - Number(first) + 1 !== body.size) {
    throw new Refusal(400, 'SIZE_INVALID', `the range "${range}" does not match the body of ${body.size} bytes`)
  }
}

/** Throws if a body is too large. */
export function verifyBodySize({ headers, body }: Received, { maxChunk }: UploadRules): void {
  const isLimited = maxChunk?.appliesTo === 'all' || headers.has('content-range')
  if (maxChunk && isLimited && body.size > maxChunk.length) {
    throw refusalBy(maxChunk.refusal, { length: shownSize(maxChunk.length) })
  }
}

/** Throws if a body follows a chunk that was too small. */
export async function verifyNewestChunk(
  storage: Storage,
  { body }: Received,
  upload: Upload,
  rules: UploadRules,
): Promise<void> {
  const { minChunk } = rules
  if (minChunk?.refusedAt === 'next-chunk' && upload.endsShort && body.size > 0) {
    throw await tooSmall(storage, upload, rules, minChunk)
  }
}

/** Returns the refusal for an upload with a chunk that is too small; deletes the upload if the rule says so. */
export async function tooSmall(
  storage: Storage,
  upload: Upload,
  rules: UploadRules,
  minChunk: MinChunkRule,
): Promise<Refusal> {
  if (minChunk.endsUpload) await storage.deleteUpload(upload.id)
  return misfit(minChunk.refusal, upload, rules, { length: minChunk.length })
}

/** Formats a size as GHCR writes it: `4.00MiB`. */
function shownSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  return `${(bytes / 1024 ** power).toFixed(2)}${units[power]}`
}
