import { delay } from '../../async/delay.ts'
import { NetworkError } from '../../errors.ts'
import { delayBefore } from '../../http/retry-after.ts'
import { streamAnswer } from '../../http/stream-answer.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import type { Source } from '../../source/source.ts'
import { streamedSource } from '../../source/streamed.ts'
import type { Registry } from '../registry.ts'
import { notePlace } from './blob-places.ts'
import { isOldAddress, openRange, PATIENCE, type RangedBlob } from './blob-range.ts'
import { cutShort, lostBlob } from './lost-content.ts'

/** The number of requests that may return few bytes, and the average bytes that each further one has to return. */
const [SPARE, LEAST_GAIN] = [100, 2048]

/**
 * Opens a blob of a registry as a source. It sends no request before `read` is called.
 *
 * Consecutive reads share one answer. An answer that breaks off, or stands still, is continued with `Range`. For that
 * the registry is asked again, never the storage that it redirected to: such an address is valid for some minutes only.
 * The source does not verify the digest: the digest is of the whole blob, and a reader may need a part of it.
 *
 * @throws {ResponseError} on a read, if the registry refuses, or lacks bytes of the blob
 * @throws {NetworkError} on a read, if the registry does not answer, or its answers keep breaking off
 */
export function openBlob(registry: Registry, repository: string, blob: Descriptor): Source {
  const place = { registry, repository, blob, end: blob.size, ranges: { areIgnored: false } }
  const source = streamedSource(
    blob.size,
    (start, signal) => readRange(place, start, signal),
    () => !place.ranges.areIgnored,
  )
  return notePlace(source, place)
}

/**
 * Reads the wanted part of a blob from a position on, with as many requests as that takes. It does not verify the
 * digest.
 *
 * @throws what reads of `openBlob` throw
 */
export async function* readRange(place: RangedBlob, start: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { end } = place
  const { size } = place.blob
  let [position, requests, failures] = [start, 0, 0]
  while (position < end) {
    const before = position
    let isOpen = false
    let failure: unknown
    try {
      const { answer, start } = await openRange(place, position, signal)
      isOpen = true
      let arrived = start
      for await (const piece of streamAnswer(answer, signal)) {
        arrived += piece.byteLength
        if (arrived > size) throw lostBlob(place, answer, `the registry has more than its ${size} bytes`)
        // An answer with the whole blob repeats what came before the position.
        if (arrived <= position) continue
        const from = piece.byteLength - (arrived - position)
        const part = piece.subarray(from, from + end - position)
        position += part.byteLength
        yield part
        // An answer with the whole blob continues behind the wanted part.
        if (position === end && end < size) return
      }
    } catch (error) {
      signal.throwIfAborted()
      // A request without an answer was tried several times.
      const mayPass = error instanceof NetworkError ? isOpen : isOldAddress(error, place.registry)
      if (!mayPass) throw error
      failure = error
    }
    failures = position > before ? 0 : failures + 1
    requests++
    const isStuck = failures > PATIENCE.retry || requests > SPARE + (position - start) / LEAST_GAIN
    if (isStuck) throw failure ?? cutShort(place, position)
    // An answer may have only a part of the range, and end well.
    if (failure || failures > 0) await delay(delayBefore(failures + 1, PATIENCE.retryDelay), signal)
  }
}
