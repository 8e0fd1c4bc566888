import { TarReadError } from '../errors.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'

/** Says that the extended headers before an entry are too large. */
export function tooLargeHeader(size: number, offset: number, limit: number): TarReadError {
  const fault = `the extended headers of the entry at byte ${offset} have ${size} bytes, more than ${limit}`
  const remedy = raiseLimit('extendedHeaderSize')
  return new TarReadError('LIMIT_EXCEEDED', `Cannot index tar: ${fault}`, { remedy, offset })
}
