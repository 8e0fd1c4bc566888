/** The pushes of a queue together. */
export interface Summary {
  /**
   * `idle` before the first push; `running` while at least one is under way or waits; `paused` if all pause;
   * `done` if all were pushed; `stopped` if one failed or was cancelled.
   */
  readonly state: 'idle' | 'running' | 'paused' | 'done' | 'stopped'
  /** Of all that is in the registry now. */
  readonly sentBytes: number
  /** Of all that is not sent, because the registry has it: a part of `sentBytes`. */
  readonly presentBytes: number
  /** Of the pushes that have begun, and of those that wait as far as their archives tell. */
  readonly totalBytes: number
  /** Absent until it is known. */
  readonly bytesPerSecond: number | undefined
  /** The time left, in seconds. Absent until it is known. */
  readonly remaining: number | undefined
  /** How many archives were pushed, of those that were to be. */
  readonly pushed: number
  readonly count: number
}
