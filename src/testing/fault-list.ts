import type { Fault, FaultMatch } from './faults.ts'

/** The faults of a registry; counts how often each has taken effect. */
interface FaultList {
  /** Returns the fault for this request, or `undefined` if it has none, and counts it as used. */
  take(request: FaultyRequest): Fault | undefined
  /** The number of faults that have affected fewer requests than `times`. */
  readonly left: number
}

interface FaultyRequest {
  readonly method: string
  /** The path and query. */
  readonly path: string
  readonly headers: Headers
}

/** The requests that a kind of fault can affect: `bodies` are GET requests, `ranges` those with a `Range`. */
type Affected = 'any' | 'bodies' | 'ranges' | 'manifests'

interface KindRule {
  readonly affects: Affected
  /** The number that the fault requires, with its range. @default none */
  readonly number?: readonly [name: string, min: number, max: number]
}

const KINDS: Readonly<Record<Fault['kind'], KindRule>> = {
  cut: { affects: 'any', number: ['afterBytes', 0, Number.POSITIVE_INFINITY] },
  lost: { affects: 'any' },
  status: { affects: 'any', number: ['status', 200, 599] },
  silent: { affects: 'any' },
  slow: { affects: 'any', number: ['milliseconds', 0, Number.POSITIVE_INFINITY] },
  stale: { affects: 'any' },
  location: { affects: 'any' },
  'cut-answer': { affects: 'bodies', number: ['afterBytes', 0, Number.POSITIVE_INFINITY] },
  flipped: { affects: 'bodies', number: ['at', 0, Number.MAX_SAFE_INTEGER] },
  resized: { affects: 'bodies', number: ['byBytes', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] },
  throttled: { affects: 'bodies', number: ['bytesPerSecond', Number.MIN_VALUE, Number.MAX_VALUE] },
  stalled: { affects: 'bodies', number: ['afterBytes', 0, Number.MAX_SAFE_INTEGER] },
  whole: { affects: 'ranges' },
  'other-range': { affects: 'ranges', number: ['byBytes', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] },
  changed: { affects: 'manifests' },
}

/**
 * Creates a list of faults. Throws if a fault could never take effect, because a test with it would pass without
 * testing anything.
 *
 * @throws {TypeError} if a kind of fault is unknown
 * @throws {RangeError} if a number is missing or out of range, or a fault of responses has a method other than GET
 */
export function createFaultList(faults: readonly Fault[]): FaultList {
  if (!Array.isArray(faults)) throw new TypeError('Cannot make a test registry: faults must be an array')
  faults.forEach(check)
  const states = faults.map((fault) => ({ fault, matches: 0, hits: 0 }))
  const isLeft = ({ fault, hits }: { fault: Fault; hits: number }) => hits < (fault.times ?? 1)
  return {
    take(request) {
      const fitting = states.filter(({ fault }) => fits(fault, request) && isAffected(fault, request))
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

function fits(fault: FaultMatch, { method, path }: FaultyRequest): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false
  if (fault.path === undefined) return true
  // `search` ignores `lastIndex`, unlike `test` with a global pattern.
  return typeof fault.path === 'string' ? path.includes(fault.path) : path.search(fault.path) >= 0
}

function isAffected({ kind }: Fault, { method, path, headers }: FaultyRequest): boolean {
  const affected = KINDS[kind].affects
  if (affected === 'any') return true
  if (method !== 'GET') return false
  if (affected === 'manifests') return path.includes('/manifests/')
  return affected === 'bodies' || headers.has('range')
}

function check(fault: Fault, position: number): void {
  const { kind, method = 'GET', nth = 1, times = 1 } = fault
  if (!Object.hasOwn(KINDS, kind)) {
    throw new TypeError(
      `Cannot make a test registry: fault ${position} has the unknown kind "${kind}"; the kinds are ${Object.keys(KINDS).join(', ')}`,
    )
  }
  const { affects, number: [name, min, max] = [] } = KINDS[kind]
  const value = name === undefined ? 0 : (fault as unknown as Record<string, number>)[name]
  if (name !== undefined && !(value !== undefined && value >= (min ?? 0) && value <= (max ?? 0))) {
    throw unusable(position, kind, `a number from ${min} to ${max} as ${name}`)
  }
  if (affects !== 'any' && method.toUpperCase() !== 'GET') throw unusable(position, kind, 'GET as method')
  if (kind === 'resized' && fault.byBytes === 0) throw unusable(position, kind, 'another number than 0 as byBytes')
  if (kind === 'other-range' && fault.byBytes === 0 && fault.stated !== 'none') {
    throw unusable(position, kind, 'another number than 0 as byBytes, or "none" as stated')
  }
  if (!Number.isSafeInteger(nth) || nth < 1) throw unusable(position, kind, 'a whole number of at least 1 as nth')
  if (!(times >= 0)) throw unusable(position, kind, 'a number of at least 0 as times')
}

function unusable(position: number, kind: string, wanted: string): RangeError {
  return new RangeError(`Cannot make a test registry: fault ${position} (${kind}) must have ${wanted}`)
}
