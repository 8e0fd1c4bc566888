import { NetworkError, ResponseError } from '../../errors.ts'
import { PASSING_STATUSES } from '../../http/exchange.ts'
import { isLastingFailure } from '../../http/network-failure.ts'

/**
 * The remedy for a failed request of an upload: `ask` how far the upload is, and continue; the same with smaller chunks
 * (`shrink`); the blob from the start, in another upload (`restart`), in larger chunks (`grow`), or `whole` in one
 * request; `look` for the blob, which may be there already, else restart; or `nothing`.
 */
export type Remedy = 'ask' | 'shrink' | 'grow' | 'restart' | 'whole' | 'look' | 'nothing'

/** Error codes of an upload that no longer exists, or is at another offset. */
const LOST = ['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID', 'DIGEST_INVALID', 'SIZE_INVALID']

/**
 * Reads a failure.
 *
 * @param sent What of the blob the request carried.
 * @param isFirst Whether it carried the first bytes.
 */
export function remedyFor(error: unknown, sent: 'no bytes' | 'part' | 'whole', isFirst = false): Remedy {
  if (error instanceof NetworkError) return isLastingFailure(error) ? 'nothing' : 'ask'
  if (!(error instanceof ResponseError)) return 'nothing'
  const { status, errors, message, method } = error
  if (PASSING_STATUSES.includes(status)) return 'ask'
  const isLost = errors.some(({ code }) => LOST.includes(code))
  // Some say so of a blob that they have, or that another client is sending.
  if (status === 409 && (sent === 'no bytes' || !isLost)) return 'look'
  if (sent === 'no bytes') return 'nothing'
  if (status === 413) return 'shrink'
  // GHCR says by it that a chunk is too large; to others it is one in the wrong place
  // (oras-project/rust-oci-client#35).
  if (status === 416) return /too large|exceeds|maximum/i.test(message) ? 'shrink' : 'ask'
  // ECR says so when the upload is closed (dotnet/sdk-container-builds#424), and S3's words may come through.
  if (status === 400 && sent === 'part' && /too small|at least 5 ?M|minimum allowed size/i.test(message)) return 'grow'
  if (status === 404 || ((status === 400 || status === 409) && isLost)) return 'restart'
  // A web application firewall may forbid PATCH, and forbids the first one then. A registry gives a reason for its 403.
  const isFirewall = status === 403 && method === 'PATCH' && isFirst && errors.length === 0
  const isUnknown = isFirewall || status === 405 || status === 501 || errors.some(({ code }) => code === 'UNSUPPORTED')
  return sent === 'part' && isUnknown ? 'whole' : 'nothing'
}
