import { ResponseError } from '../../errors.ts'
import { type Answer, unexpectedAnswer } from '../../http/answer.ts'
import { PASSING_STATUSES } from '../../http/exchange.ts'
import type { Patience } from '../../http/request.ts'
import { shortDigest } from '../../oci/digest.ts'
import { releaseBody } from '../../source/release.ts'
import type { Registry } from '../registry.ts'
import { locateRepository } from '../repository.ts'
import { type BlobPlace, blobUrl, lostBlob } from './lost-content.ts'

/** How often a request is sent again that gets no answer, or an answer without bytes. */
export const PATIENCE: Patience = { retry: 5, retryDelay: 500 }

/** A part of a blob, and what was learned about its ranges. */
export interface RangedBlob extends BlobPlace {
  /** The position behind the last byte that is wanted. */
  readonly end: number
  readonly ranges: {
    /** True once the registry has answered with the whole blob, or another range, to a request with `Range`. */
    areIgnored: boolean
  }
}

/** An answer with bytes of a blob, to the end of the wanted part or of the blob. */
interface OpenRange {
  readonly answer: Answer
  /** The position of its first byte in the blob. */
  readonly start: number
}

/**
 * Asks for the wanted bytes of a blob from a position on. Where the registry ignores `Range`, or answers with another
 * range than the one that was asked for, the answer has the whole blob.
 *
 * @returns the answer; its bytes end early where the registry gives only a part of the range
 * @throws {ResponseError} if the registry refuses, or lacks bytes of the blob
 * @throws {NetworkError} if it does not answer
 */
export async function openRange(place: RangedBlob, position: number, signal: AbortSignal): Promise<OpenRange> {
  const range = rangeOf(place, position)
  let answer = await ask(place, range, position, signal)
  let isRange = answer.status === 206
  if (isRange && !(range && continuesAt(answer, place, position))) {
    releaseBody(answer.body)
    answer = await ask(place, undefined, 0, signal)
    isRange = false
    if (answer.status !== 200) throw unexpectedAnswer(answer, 'that is a part of the blob, and not the one asked for')
  }
  if (range) place.ranges.areIgnored = !isRange
  if (answer.status === 200) verifyLength(answer, place)
  return { answer, start: isRange ? position : 0 }
}

function verifyLength(answer: Answer, place: BlobPlace): void {
  const stated = isEncoded(answer.headers) ? null : answer.headers.get('content-length')
  const { size } = place.blob
  if (stated === null || stated === String(size)) return
  releaseBody(answer.body)
  throw lostBlob(place, answer, `the registry has ${stated} bytes of it instead of ${size}`)
}

/** The `Range` for the wanted bytes. A whole blob needs none, and some registries refuse it. */
function rangeOf({ blob, end }: RangedBlob, position: number): string | undefined {
  if (end < blob.size) return `bytes=${position}-${end - 1}`
  return position > 0 ? `bytes=${position}-` : undefined
}

async function ask(
  place: BlobPlace,
  range: string | undefined,
  position: number,
  signal: AbortSignal,
): Promise<Answer> {
  const { registry, repository, blob } = place
  try {
    return await registry.send({
      act: `read ${shortDigest(blob.digest)} of "${repository}"`,
      method: 'GET',
      url: blobUrl(place),
      scopes: locateRepository(registry.url, repository).pull,
      patience: PATIENCE,
      signal,
      ...(range && { headers: { range } }),
    })
  } catch (error) {
    if (!(error instanceof ResponseError) || isForeign(error, registry)) throw error
    if (error.status === 404) throw lostBlob(place, error, 'the registry does not have it')
    if (error.status === 416)
      throw lostBlob(place, error, `the registry has only ${position} of its ${blob.size} bytes`)
    throw error
  }
}

/**
 * Tells whether an answer begins at the position (RFC 9110 § Content-Range). A web page may not be allowed to read that
 * header: then the length tells. What is encoded has ranges of the encoded bytes.
 */
function continuesAt({ headers }: Answer, { blob: { size }, end }: RangedBlob, position: number): boolean {
  if (isEncoded(headers)) return false
  const range = headers.get('content-range')
  if (range === null) return [null, String(end - position)].includes(headers.get('content-length'))
  const [, start, total] = /^bytes ([0-9]{1,16})-[0-9]{1,16}\/([0-9]{1,16}|\*)$/.exec(range) ?? []
  return start === String(position) && (total === '*' || total === String(size))
}

function isEncoded(headers: Headers): boolean {
  return headers.has('content-encoding')
}

/** Tells whether the storage behind the registry answered, and not the registry. */
function isForeign(error: ResponseError, registry: Registry): boolean {
  return new URL(error.url).origin !== new URL(registry.url).origin
}

/**
 * Tells whether the storage behind the registry refused an address: it may have expired, so the registry is asked for
 * another one. Requests that a server fails were tried several times.
 */
export function isOldAddress(error: unknown, registry: Registry): boolean {
  if (!(error instanceof ResponseError) || !isForeign(error, registry)) return false
  return error.status >= 400 && !PASSING_STATUSES.includes(error.status)
}
