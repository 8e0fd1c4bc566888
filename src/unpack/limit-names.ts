import { TarReadError } from '../errors.ts'
import { raiseLimit, type UnpackLimits } from './unpack-limits.ts'

const utf8 = new TextEncoder()

/**
 * Creates a function that adds up the UTF-8 bytes of names and link targets.
 *
 * @param act The current action; it follows "Cannot" in the message.
 * @returns a function that throws a `TarReadError` once the sum exceeds the limit
 */
export function limitNames({ namesSize }: UnpackLimits, act: string): (...names: readonly string[]) => void {
  let size = 0
  return (...names) => {
    for (const name of names) size += utf8.encode(name).length
    if (size <= namesSize) return
    throw new TarReadError('LIMIT_EXCEEDED', `Cannot ${act}: its names have more than ${namesSize} bytes in total`, {
      remedy: raiseLimit('namesSize'),
    })
  }
}
