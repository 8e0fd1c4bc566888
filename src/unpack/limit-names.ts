import { TarReadError } from '../errors.ts'
import { raiseLimit, type UnpackLimits } from './unpack-limits.ts'

const utf8 = new TextEncoder()

/**
 * Counts the bytes of names and link targets, in UTF-8. Each call adds some.
 *
 * @param act What is being done, to go after "Cannot" in the message.
 * @throws {TarReadError} from the call on that exceeds the limit
 */
export function limitNames({ namesSize }: UnpackLimits, act: string): (...names: readonly string[]) => void {
  let size = 0
  return (...names) => {
    for (const name of names) size += utf8.encode(name).length
    if (size <= namesSize) return
    throw new TarReadError('LIMIT_EXCEEDED', `Cannot ${act}: its names have more than ${namesSize} bytes together`, {
      remedy: raiseLimit('namesSize'),
    })
  }
}
