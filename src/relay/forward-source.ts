import type { ForwardBytes } from '../source/forward-bytes.ts'
import type { Source } from '../source/source.ts'
import type { TarEntry } from '../tar/entries.ts'
import type { Held } from './held.ts'
import { uploadLost } from './one-pass.ts'
import { endsInside } from './stream-tar.ts'

/**
 * Makes a source of a tar's entry in a stream. It can be read forward only, and again from where the last read began:
 * so a chunk can be sent again after a failure, and nothing before it.
 *
 * @throws {TarReadError} if the stream ends before the entry does
 * @throws {RegistryError} if bytes before the last read are read again
 */
export function forwardSource(bytes: ForwardBytes, { path, size, start: entryStart }: TarEntry, held: Held): Source {
  /** The bytes from where the last read began up to the position of the stream. */
  let window = new Uint8Array(0)
  let windowStart = 0

  return {
    size,
    async read(start, end) {
      if (start < windowStart) throw uploadLost(path)
      const kept = window.subarray(start - windowStart)
      if (end > start + kept.length) {
        held.requireRoom(path, end - start)
        const longer = new Uint8Array(end - start)
        longer.set(kept)
        const length = kept.length + (await bytes.fill(longer.subarray(kept.length)))
        if (length < longer.length) throw endsInside(path, entryStart + start + length)
        window = longer
      } else window = kept
      windowStart = start
      // Not a copy: neither an upload nor a reader changes it.
      return window.subarray(0, end - start)
    },
  }
}
