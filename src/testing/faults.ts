/** What goes wrong, with which request. */
export type Fault = CutFault | LostFault | StatusFault | SilentFault | SlowFault | StaleFault | LocationFault

/**
 * The requests that a fault hits: the nth that fits, and those after it until it has hit often enough.
 * A request has at most one fault, the first in the list that is due; another that is due as well hits the next.
 */
export interface FaultMatch {
  /** As `PATCH`. No fault hits a preflight. @default any */
  readonly method?: string
  /** A part of path and query, or a pattern that they fit. @default any */
  readonly path?: string | RegExp
  /** From 1. @default 1 */
  readonly nth?: number
  /** How often it hits: `Infinity` for each. @default 1 */
  readonly times?: number
}

/**
 * The connection breaks while the request's body is on its way. The registry keeps what came of a blob, or does not,
 * as its profile has it. If the body is no longer than that, the request is carried out, and its answer lost.
 */
export interface CutFault extends FaultMatch {
  readonly kind: 'cut'
  /** In bytes of the request's body. */
  readonly afterBytes: number
}

/** The request is carried out, and the connection breaks before its answer arrives. */
export interface LostFault extends FaultMatch {
  readonly kind: 'lost'
}

/** Another answer in the place of the registry's. */
export interface StatusFault extends FaultMatch {
  readonly kind: 'status'
  readonly status: number
  /** Whether the request is carried out all the same. @default false */
  readonly isCarriedOut?: boolean
  /** As `Retry-After`: seconds, or when. @default none */
  readonly retryAfter?: number | Date
  /** Of the error in the body. @default what registries have with that status */
  readonly code?: string
  /** Of the error in the body. @default what servers have with that status */
  readonly message?: string
  /** A page in the place of JSON, as proxies answer. @default false */
  readonly html?: boolean
  /** More headers, as `WWW-Authenticate`. @default none */
  readonly headers?: Readonly<Record<string, string>>
}

/** There is no answer until the client gives up: until the request's signal aborts. */
export interface SilentFault extends FaultMatch {
  readonly kind: 'silent'
  /** Whether the request is carried out. @default false */
  readonly isCarriedOut?: boolean
}

/** The request is carried out, and its answer is late. */
export interface SlowFault extends FaultMatch {
  readonly kind: 'slow'
  readonly milliseconds: number
}

/** The answer's `Range` is that of the upload's answer before it. */
export interface StaleFault extends FaultMatch {
  readonly kind: 'stale'
}

/** The answer's `Location` is at another origin, with the same path and query. */
export interface LocationFault extends FaultMatch {
  readonly kind: 'location'
  /** As `https://uploads.example.com`. @default the request's own host, with `http:` */
  readonly origin?: string
}

/** The faults of a registry, and how often each has hit. */
interface FaultList {
  /** The fault of this request, if it has one. */
  take(method: string, path: string): Fault | undefined
  /** How many have not hit as often as they should. */
  readonly left: number
}

/** The number that a fault of each kind cannot do without, if there is one. */
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
 * Makes a list of faults. One that would never hit, or not as it is meant, would make a test pass that shows nothing.
 *
 * @throws {TypeError} if there is no such kind of fault
 * @throws {RangeError} if a number is none
 */
export function createFaultList(faults: readonly Fault[]): FaultList {
  if (!Array.isArray(faults)) throw new TypeError('Cannot make a test registry: faults has to be an array')
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
  // `search` has no memory, unlike `test` with a global pattern.
  return typeof fault.path === 'string' ? path.includes(fault.path) : path.search(fault.path) >= 0
}

function check(fault: Fault, position: number): void {
  const { kind, nth = 1, times = 1 } = fault
  if (!Object.hasOwn(NUMBERS, kind)) {
    throw new TypeError(
      `Cannot make a test registry: fault ${position} is of the kind "${kind}", which there is not, only ${Object.keys(NUMBERS).join(', ')}`,
    )
  }
  const [name, min = 0, max = 0] = NUMBERS[kind] ?? []
  const value = name === undefined ? 0 : (fault as unknown as Record<string, number>)[name]
  if (!(value !== undefined && value >= min && value <= max)) {
    throw unusable(position, kind, `as ${name} a number from ${min} to ${max}`)
  }
  if (!Number.isSafeInteger(nth) || nth < 1) throw unusable(position, kind, 'as nth a whole number from 1')
  if (!(times >= 0)) throw unusable(position, kind, 'as times a number from 0')
}

function unusable(position: number, kind: string, wanted: string): RangeError {
  return new RangeError(`Cannot make a test registry: fault ${position} (${kind}) has to have ${wanted}`)
}
