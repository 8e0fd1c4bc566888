import { NetworkError, publicUrl, ResponseError } from '../errors.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import { MAX_VALUES, measureJson } from '../oci/json.ts'
import { verifyDigest } from '../oci/verify.ts'
import { readUpTo } from './body.ts'
import { redactCause, redactPath, redactType } from './redact.ts'

/** An answer, and the request that it belongs to. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array> | null
  /** Where the answer came from, after redirects. Relative locations start here. */
  readonly url: URL
  readonly method: string
  /** The act, as it follows "Cannot" in a message. */
  readonly act: string
  /** Texts that no error about it may show, where it echoes them. */
  readonly secrets: readonly string[]
}

/**
 * Makes an answer. In JSON or a log it shows no URL and no headers as they are: they hold upload states and presigned
 * queries.
 */
export function createAnswer({ url, headers, secrets, ...open }: Answer): Answer {
  const toJSON = () => ({ method: open.method, url: publicUrl(url.href), status: open.status })
  // As getters: a printed object may show the values of others that are not enumerable.
  const hidden = {
    url: { get: () => url },
    headers: { get: () => headers },
    secrets: { get: () => secrets },
    toJSON: { value: toJSON },
  }
  return Object.defineProperties(open, hidden) as Answer
}

/**
 * Reads the body of an answer.
 *
 * @param limit In bytes.
 * @throws {ResponseError} if it is longer
 * @throws {NetworkError} if it breaks off
 */
export async function readAnswer(answer: Answer, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes, isWhole } = await readUpTo(answer.body, limit).catch((cause) => {
    throw brokenOff(answer, cause)
  })
  if (isWhole) return bytes
  throw unexpectedAnswer(answer, `its body has more than ${limit} bytes`)
}

/** Reads the body of an answer as JSON. Throws what `readAnswer` throws, and a `ResponseError` if it is not JSON. */
export async function readJsonAnswer(answer: Answer, limit: number): Promise<unknown> {
  return parseAnswer(answer, await readAnswer(answer, limit))
}

/**
 * Reads the body of an answer. Throws what `readAnswer` throws, and a `ResponseError` if it is a web page: html that is
 * not JSON.
 */
export async function readUnlessPage(answer: Answer, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readAnswer(answer, limit)
  if (isHtml(answer.headers) && bytes.length > 0) parseAnswer(answer, bytes)
  return bytes
}

function parseAnswer(answer: Answer, bytes: Uint8Array): unknown {
  if (measureJson(bytes).values > MAX_VALUES) {
    throw unexpectedAnswer(answer, `its body has more than ${MAX_VALUES} values of JSON`)
  }
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw unexpectedAnswer(answer, 'its body is not JSON')
  }
}

/**
 * Tells whether the type is html. Quay gives it to JSON and to empty bodies, too: only the body tells a web page
 * (GoogleContainerTools/jib#1986).
 */
export function isHtml(headers: Headers): boolean {
  return /html/i.test(headers.get('content-type') ?? '')
}

/**
 * Compares the digest that an answer states with the one that it should be about. One that is absent, or that a web
 * page may not read, is no fault; one that is there is never believed (GHSA-qv35-3gw6-8q4j).
 *
 * @throws {DigestMismatchError} if they differ
 */
export function verifyStatedDigest({ headers, act }: Answer, expected: Digest): void {
  const stated = headers.get('docker-content-digest')
  if (isDigest(stated)) verifyDigest(`the answer to "${act}"`, expected, stated)
}

/** Makes the error for a successful answer that no registry gives. */
export function unexpectedAnswer(
  { act, method, url: from, status, headers, secrets }: Answer,
  fault: string,
): ResponseError {
  const type = headers.get('content-type')
  const url = redactPath(from, secrets)
  return new ResponseError(
    'UNEXPECTED_ANSWER',
    `Cannot ${act}: ${publicUrl(url)} answered ${status}${type ? ` with ${redactType(type, secrets)}` : ''}, but ${fault}`,
    { remedy: 'check that its URL is the URL of a registry', method, url, status },
  )
}

/** Makes the error for a body that breaks off. */
export function brokenOff({ act, method, url: from, secrets }: Answer, cause: unknown): unknown {
  // Bodies break off by a TypeError; an abort comes out as it is.
  if (!(cause instanceof TypeError)) return cause
  const url = redactPath(from, secrets)
  return new NetworkError('NO_ANSWER', `Cannot ${act}: the answer from ${publicUrl(url)} broke off`, {
    remedy: 'try again',
    method,
    url,
    cause: redactCause(cause, secrets),
  })
}
