/** A failure that the test registry simulates, and the requests that it affects. */
export type Fault = CutFault | LostFault | StatusFault | SilentFault | SlowFault | StaleFault | LocationFault

/**
 * Selects the requests that a fault affects: the nth request that matches, and those after it, up to `times` requests.
 * Each request has at most one fault: the first in the list that is due. A second fault that is due affects the next
 * matching request.
 */
export interface FaultMatch {
  /** A method such as `PATCH`. Faults never affect preflights. @default any */
  readonly method?: string
  /** A part of the path and query, or a pattern that they match. @default any */
  readonly path?: string | RegExp
  /** The first matching request to affect, counted from 1. @default 1 */
  readonly nth?: number
  /** The number of requests to affect; `Infinity` for all of them. @default 1 */
  readonly times?: number
}

/**
 * Breaks the connection while the request body is being sent. The profile decides whether the registry keeps the bytes
 * it has received. If the body is not longer than `afterBytes`, the registry processes the request, and only the
 * response is lost.
 */
export interface CutFault extends FaultMatch {
  readonly kind: 'cut'
  /** The number of body bytes that the registry receives. */
  readonly afterBytes: number
}

/** The registry processes the request, but the connection breaks before the response arrives. */
export interface LostFault extends FaultMatch {
  readonly kind: 'lost'
}

/** Replaces the registry's response with another one. */
export interface StatusFault extends FaultMatch {
  readonly kind: 'status'
  readonly status: number
  /** True if the registry processes the request nevertheless. @default false */
  readonly isCarriedOut?: boolean
  /** The `Retry-After` header: seconds, or a point in time. @default no header */
  readonly retryAfter?: number | Date
  /** The code of the error in the body. @default the one that registries usually send with the status */
  readonly code?: string
  /** The message of the error in the body. @default the one that servers usually send with the status */
  readonly message?: string
  /** True if the body is an HTML page, as proxies send it, instead of JSON. @default false */
  readonly html?: boolean
  /** Additional headers, such as `WWW-Authenticate`. @default no more headers */
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends no response. The request stays open until its signal aborts. */
export interface SilentFault extends FaultMatch {
  readonly kind: 'silent'
  /** True if the registry processes the request. @default false */
  readonly isCarriedOut?: boolean
}

/** The registry processes the request, but the response is delayed. */
export interface SlowFault extends FaultMatch {
  readonly kind: 'slow'
  readonly milliseconds: number
}

/** Replaces the response's `Range` with that of the upload's previous response. */
export interface StaleFault extends FaultMatch {
  readonly kind: 'stale'
}

/** Moves the response's `Location` to another origin, with the same path and query. */
export interface LocationFault extends FaultMatch {
  readonly kind: 'location'
  /** An origin such as `https://uploads.example.com`. @default the request's own host, with `http:` */
  readonly origin?: string
}

/** The faults of a registry; counts how often each has taken effect. */
interface FaultList {
  /** Returns the fault for this request, or `undefined` if it has none, and counts it as used. */
  take(method: string, path: string): Fault | undefined
  /** The number of faults that have affected fewer requests than `times`. */
  readonly left: number
}

/** The number that each kind of fault requires, with its range. */
const NUMBERS: Readonly<Record<Fault['kind'], readonly [name: string, min: number, max: number] | undefined>> = {
  cut: ['afterBytes', 0, Number.POSITIVE_INFINITY],
  lost: undefined,
  status: ['status', 200, 599],
  silent: undefined,
  slow: ['milliseconds', 0, Number.POSITIVE_INFINITY],
  stale: undefined,
  location: undefined,
}

/**
 * Creates a list of faults. Throws if a fault could never take effect, because a test with it would pass without
 * testing anything.
 *
 * @throws {TypeError} if a kind of fault is unknown
 * @throws {RangeError} if a number is missing or out of range
 */
export function createFaultList(faults: readonly Fault[]): FaultList {
  if (!Array.isArray(faults)) throw new TypeError('Cannot make a test registry: faults must be an array')
  faults.forEach(check)
  const states = faults.map((fault) => ({ fault, matches: 0, hits: 0 }))
  const isLeft = ({ fault, hits }: { fault: Fault; hits: number }) => hits < (fault.times ?? 1)
  return {
    take(method, path) {
      const fitting = states.filter(({ fault }) => fits(fault, method, path))
      for (const state of fitting) state.matches++
      const due = fitting.find((state) => isLeft(state) && state.matches >= (state.fault.nth ?? 1))
      if (due) due.hits++
      return due?.fault
    },
    get left() {
      return states.filter(isLeft).length
    },
  }
}

function fits(fault: FaultMatch, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false
  if (fault.path === undefined) return true
  // `search` ignores `lastIndex`, unlike `test` with a global pattern.
  return typeof fault.path === 'string' ? path.includes(fault.path) : path.search(fault.path) >= 0
}

function check(fault: Fault, position: number): void {
  const { kind, nth = 1, times = 1 } = fault
  if (!Object.hasOwn(NUMBERS, kind)) {
    throw new TypeError(
      `Cannot make a test registry: fault ${position} has the unknown kind "${kind}"; the kinds are ${Object.keys(NUMBERS).join(', ')}`,
    )
  }
  const [name, min = 0, max = 0] = NUMBERS[kind] ?? []
  const value = name === undefined ? 0 : (fault as unknown as Record<string, number>)[name]
  if (!(value !== undefined && value >= min && value <= max)) {
    throw unusable(position, kind, `a number from ${min} to ${max} as ${name}`)
  }
  if (!Number.isSafeInteger(nth) || nth < 1) throw unusable(position, kind, 'a whole number of at least 1 as nth')
  if (!(times >= 0)) throw unusable(position, kind, 'a number of at least 0 as times')
}

function unusable(position: number, kind: string, wanted: string): RangeError {
  return new RangeError(`Cannot make a test registry: fault ${position} (${kind}) must have ${wanted}`)
}
