/** A failure that the test registry simulates, and the requests that it affects. */
export type Fault =
  | CutFault
  | LostFault
  | StatusFault
  | SilentFault
  | SlowFault
  | StaleFault
  | LocationFault
  | CutAnswerFault
  | FlippedFault
  | ResizedFault
  | ThrottledFault
  | StalledFault
  | WholeFault
  | OtherRangeFault
  | ChangedFault

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
  /** True if the registry processes the request anyway. @default false */
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

/** Breaks the connection while the body of a response is being sent. Affects only GET requests. */
export interface CutAnswerFault extends FaultMatch {
  readonly kind: 'cut-answer'
  /** The number of body bytes that the client receives. A shorter body breaks at its end. */
  readonly afterBytes: number
}

/** Changes one byte of the body of a response. Affects only GET requests. */
export interface FlippedFault extends FaultMatch {
  readonly kind: 'flipped'
  /** The offset of the byte in the body, from 0. In a shorter body, the last byte is changed. */
  readonly at: number
}

/**
 * Makes the body of a response longer or shorter, and ends it normally. `Content-Length` is absent, as in HTTP/2 or
 * after a proxy. Affects only GET requests.
 */
export interface ResizedFault extends FaultMatch {
  readonly kind: 'resized'
  /** The number of bytes to add; negative to remove them. Not 0. */
  readonly byBytes: number
  /** True if the response states the length of the resized body. @default false */
  readonly hasLength?: boolean
}

/** Sends the body of a response slowly. Affects only GET requests. */
export interface ThrottledFault extends FaultMatch {
  readonly kind: 'throttled'
  readonly bytesPerSecond: number
}

/** Sends a part of the body of a response, then nothing until the client gives up. Affects only GET requests. */
export interface StalledFault extends FaultMatch {
  readonly kind: 'stalled'
  /** The number of body bytes that the client receives. A shorter body stalls before its end. */
  readonly afterBytes: number
}

/** Ignores `Range`: the response is 200 with the whole blob. Affects only GET requests with a `Range`. */
export interface WholeFault extends FaultMatch {
  readonly kind: 'whole'
}

/** Answers with another range than the requested one. Affects only GET requests with a `Range`. */
export interface OtherRangeFault extends FaultMatch {
  readonly kind: 'other-range'
  /**
   * The number of bytes by which the range is moved; negative to move it towards the start. A range that would begin
   * past the end is moved the other way.
   */
  readonly byBytes: number
  /**
   * The range in `Content-Range`: the one that is sent, the one that was requested, or none because the header is
   * missing. With `byBytes: 0` it must be `none`.
   *
   * @default sent
   */
  readonly stated?: 'sent' | 'requested' | 'none'
}

/**
 * Answers with another manifest, as if the tag had just been moved: the same JSON with one space added, with its own
 * digest. Affects only GET requests for manifests.
 */
export interface ChangedFault extends FaultMatch {
  readonly kind: 'changed'
}
