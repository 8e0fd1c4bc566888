import { untilAborted } from '../async/abort.ts'
import { delay } from '../async/delay.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { digestOf } from '../oci/digest.ts'
import { refusalAnswer } from './answers.ts'
import { BrokenConnection } from './broken-connection.ts'
import type { Fault, LocationFault, OtherRangeFault, ResizedFault, StatusFault } from './faults.ts'

/** Maps an upload's ID to the `Range` of its latest response. */
export type RangeMemory = Map<string, string>

/** The error code and message that registries and servers usually send with each status. */
const WORDS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['BLOB_UPLOAD_INVALID', 'Bad Request'],
  401: ['UNAUTHORIZED', 'Unauthorized'],
  403: ['DENIED', 'Forbidden'],
  404: ['BLOB_UPLOAD_UNKNOWN', 'Not Found'],
  405: ['UNSUPPORTED', 'Method Not Allowed'],
  413: ['SIZE_INVALID', 'Request Entity Too Large'],
  416: ['BLOB_UPLOAD_INVALID', 'Requested Range Not Satisfiable'],
  429: ['TOOMANYREQUESTS', 'Too Many Requests'],
  500: ['UNKNOWN', 'Internal Server Error'],
  502: ['UNKNOWN', 'Bad Gateway'],
  503: ['UNAVAILABLE', 'Service Unavailable'],
  504: ['UNKNOWN', 'Gateway Timeout'],
}

/** Lets the registry process a request, as without a fault. Another `Range` may take the place of the client's. */
type CarryOut = (range?: string | null) => Promise<Response>

/**
 * Answers a request with the given fault. What a fault does to the body of the response is in `body-effects.ts`.
 *
 * @param ranges `undefined` if no fault needs it: it grows with each upload.
 * @throws {BrokenConnection} if the fault leaves no response
 */
export async function answerWith(
  fault: Fault | undefined,
  { url, headers, signal }: Request,
  carryOut: CarryOut,
  ranges: RangeMemory | undefined,
): Promise<Response> {
  switch (fault?.kind) {
    case 'cut':
    case 'lost':
      await carryOut()
      throw new BrokenConnection()
    case 'status':
      if (fault.isCarriedOut) await carryOut()
      return statusAnswer(fault, url)
    case 'silent':
      if (fault.isCarriedOut) await carryOut()
      return untilAborted(new Promise<never>(() => {}), signal)
    case 'slow': {
      const response = remember(await carryOut(), ranges)
      await delay(fault.milliseconds, signal)
      return response
    }
    case 'stale':
      return remember(await carryOut(), ranges, true)
    case 'location':
      return relocate(remember(await carryOut(), ranges), fault, url)
    case 'whole':
      return carryOut(null)
    case 'other-range':
      return moveRange(fault, headers.get('range') ?? '', carryOut)
    case 'changed':
      return change(await carryOut())
    case 'resized':
      return withLength(await carryOut(), fault)
    default:
      return remember(await carryOut(), ranges)
  }
}

/** Error codes of 404 and 416 for what is not an upload. */
const CODES_BY_PATH: ReadonlyArray<readonly [path: RegExp, codes: Readonly<Record<number, string>>]> = [
  [/\/manifests\//, { 404: 'MANIFEST_UNKNOWN' }],
  [/\/blobs\/sha256:/, { 404: 'BLOB_UNKNOWN', 416: 'RANGE_INVALID' }],
]

function statusAnswer({ status, retryAfter, html = false, headers, ...error }: StatusFault, url: string): Response {
  const [usual, message] = WORDS[status] ?? ['UNKNOWN', 'Error']
  const code = CODES_BY_PATH.find(([path]) => path.test(url))?.[1][status] ?? usual
  const rule = { status, code, message, ...error, body: html ? 'html' : 'json' } as const
  const later = retryAfter instanceof Date ? retryAfter.toUTCString() : retryAfter?.toString()
  return refusalAnswer(rule, { ...(later !== undefined && { 'retry-after': later }), ...headers })
}

/**
 * Stores the response's `Range` for the next call. If `isStale`, first replaces it with that of the previous response.
 */
function remember(response: Response, ranges: RangeMemory | undefined, isStale = false): Response {
  if (!ranges) return response
  const id = response.headers.get('docker-upload-uuid')
  const before = id === null ? undefined : ranges.get(id)
  if (isStale && before !== undefined) response.headers.set('range', before)
  const range = response.headers.get('range')
  if (id !== null && range !== null) ranges.set(id, range)
  return response
}

function relocate(response: Response, { origin }: LocationFault, url: string): Response {
  const location = response.headers.get('location')
  if (location === null) return response
  const { pathname, search, host } = new URL(location, url)
  response.headers.set('location', new URL(pathname + search, origin ?? `http://${host}`).href)
  return response
}

/** Answers with a range that is moved: the other way if it would begin past the end. */
async function moveRange(fault: OtherRangeFault, asked: string, carryOut: CarryOut): Promise<Response> {
  const { byBytes, stated = 'sent' } = fault
  const move = (by: number) => asked.replaceAll(/[0-9]+/g, (offset) => String(Math.max(Number(offset) + by, 0)))
  const moved = await carryOut(move(byBytes))
  const response = moved.ok ? moved : await carryOut(move(-byBytes))
  if (response.status !== 206 || stated === 'sent') return response
  response.headers.delete('content-range')
  const requested = stated === 'requested' && (await carryOut()).headers.get('content-range')
  if (requested) response.headers.set('content-range', requested)
  return response
}

/** Replaces the manifest in a response with another one of the same meaning. */
async function change(response: Response): Promise<Response> {
  if (!response.ok) return response
  const bytes = new TextEncoder().encode(`${await response.text()} `)
  const headers = new Headers(response.headers)
  headers.set('docker-content-digest', await digestOf(bytes, createPortableHasher))
  headers.set('content-length', String(bytes.length))
  return new Response(bytes, { status: response.status, headers })
}

function withLength(response: Response, { byBytes, hasLength = false }: ResizedFault): Response {
  const length = Number(response.headers.get('content-length'))
  if (hasLength) response.headers.set('content-length', String(Math.max(length + byBytes, 0)))
  else response.headers.delete('content-length')
  return response
}
