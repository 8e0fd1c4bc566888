import { untilAborted } from '../async/abort.ts'
import { delay } from '../async/delay.ts'
import { refusalAnswer } from './answers.ts'
import type { Fault, LocationFault, StatusFault } from './faults.ts'

/** The error that `fetch` rejects with when the connection breaks. */
export class BrokenConnection extends TypeError {
  constructor() {
    // Clients recognize a network failure by this message; other TypeErrors are programming errors.
    super('fetch failed')
  }
}

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

/**
 * Answers a request with the given fault.
 *
 * @param carryOut Lets the registry process the request, as without a fault.
 * @throws {BrokenConnection} if the fault leaves no response
 */
export async function answerWith(
  fault: Fault | undefined,
  { url, signal }: Request,
  carryOut: () => Promise<Response>,
  ranges: RangeMemory,
): Promise<Response> {
  switch (fault?.kind) {
    case 'cut':
    case 'lost':
      await carryOut()
      throw new BrokenConnection()
    case 'status':
      if (fault.isCarriedOut) await carryOut()
      return statusAnswer(fault)
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
    default:
      return remember(await carryOut(), ranges)
  }
}

function statusAnswer({ status, retryAfter, html = false, headers, ...error }: StatusFault): Response {
  const [code, message] = WORDS[status] ?? ['UNKNOWN', 'Error']
  const rule = { status, code, message, ...error, body: html ? 'html' : 'json' } as const
  const later = retryAfter instanceof Date ? retryAfter.toUTCString() : retryAfter?.toString()
  return refusalAnswer(rule, { ...(later !== undefined && { 'retry-after': later }), ...headers })
}

/**
 * Stores the response's `Range` for the next call. If `isStale`, first replaces it with that of the previous response.
 */
function remember(response: Response, ranges: RangeMemory, isStale = false): Response {
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
