import { delay } from '../async/delay.ts'

/** The error that `fetch`, or the body of a response, fails with when the connection breaks. */
export class BrokenConnection extends TypeError {
  /** @param message Clients recognize a network failure by it: other TypeErrors are programming errors. */
  constructor(message: 'fetch failed' | 'terminated' = 'fetch failed') {
    super(message)
  }
}

/** Breaks the connection within the body of a response, once a server has sent the bytes before. */
export async function breakBody(signal: AbortSignal): Promise<never> {
  await delay(0, signal)
  throw new BrokenConnection('terminated')
}
