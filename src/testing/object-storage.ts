import type { Digest } from '../oci/digest.ts'
import { answer, Refusal, type RefusalRule } from './answers.ts'
import { blobAnswer } from './blob-answers.ts'
import { randomId } from './random-id.ts'
import type { Received } from './received.ts'
import type { BlobRules } from './rules.ts'
import type { StoredBytes } from './storage.ts'

/** The object storage that the registry redirects requests for blobs to, as registries on S3 do. */
export interface ObjectStorageOptions {
  /** Its origin. @default https://storage.test; with `serveTestRegistry` a second port */
  readonly origin?: string | undefined
  /** The number of requests that a signed URL is good for. @default any number */
  readonly uses?: number | undefined
  /** The time in milliseconds that a signed URL is good for. @default any time */
  readonly milliseconds?: number | undefined
}

/** Blobs at another origin, at signed URLs. */
export interface ObjectStorage {
  /** Answers a request for a blob with a redirect to a signed URL. */
  redirect(method: string, digest: Digest, blob: StoredBytes): Response
  /** Answers a request to the storage; `undefined` if the request is for the registry. */
  answer(received: Received): Response | undefined
}

/** The object that a signature is good for. */
interface Signed {
  readonly path: string
  readonly method: string
  readonly digest: Digest
  readonly blob: StoredBytes
  readonly expires: number
  usesLeft: number
}

/** S3 answers errors as XML, and knows nothing of a registry's digests. */
const RULES: BlobRules = {
  ranges: 'all',
  malformedRange: refusal(416, 'InvalidRange', 'The requested range is not satisfiable'),
  rangePastEnd: refusal(416, 'InvalidRange', 'The requested range is not satisfiable'),
  refusalHasBlobLength: false,
  hasEtag: true,
  headHeedsRange: true,
  digestIn: 'none',
}
const TWO_SIGN_INS = refusal(400, 'InvalidArgument', 'Only one auth mechanism allowed')
const UNKNOWN = refusal(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match')
const EXPIRED = refusal(403, 'AccessDenied', 'Request has expired')

/**
 * Creates object storage.
 *
 * @throws {RangeError} if the origin is not an origin, or a number is not above 0
 */
export function createObjectStorage(options: ObjectStorageOptions = {}): ObjectStorage {
  const { origin = 'https://storage.test', uses = Infinity, milliseconds = Infinity } = options
  const refuse = (wanted: string) => new RangeError(`Cannot make a test registry: objectStorage must have ${wanted}`)
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) throw refuse('an origin such as https://s3.test')
  if (!(uses > 0)) throw refuse('a number above 0 as uses')
  if (!(milliseconds > 0)) throw refuse('a number above 0 as milliseconds')
  const signatures = new Map<string, Signed>()

  return {
    redirect(method, digest, blob) {
      const signature = randomId()
      const path = `/blobs/${digest}`
      const expires = Date.now() + milliseconds
      signatures.set(signature, { path, method, digest, blob, expires, usesLeft: uses })
      const location = `${origin}${path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${signature}`
      const page = new TextEncoder().encode(`<a href="${location}">Temporary Redirect</a>.\n`)
      const headers = { location, 'content-type': 'text/html; charset=utf-8' }
      return method === 'HEAD' ? answer(307, headers) : answer(307, headers, page)
    },
    answer(received) {
      const { method, url, headers } = received
      if (url.origin !== origin) return undefined
      const signed = signatures.get(url.searchParams.get('X-Amz-Signature') ?? '')
      if (headers.has('authorization')) throw refused(TWO_SIGN_INS)
      if (signed?.path !== url.pathname || signed.method !== method) throw refused(UNKNOWN)
      if (signed.usesLeft-- <= 0 || Date.now() >= signed.expires) throw refused(EXPIRED)
      return blobAnswer(signed.blob, signed.digest, received, RULES)
    },
  }
}

function refusal(status: number, code: string, message: string): RefusalRule {
  return { status, code, message, body: 'xml' }
}

function refused({ status, code, message, body }: RefusalRule): Refusal {
  return new Refusal(status, code, message, {}, body)
}
