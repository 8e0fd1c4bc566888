import { type ByteStream, readStream } from '../source/stream.ts'
import { type Answer, brokenOff } from './answer.ts'

/**
 * Counts the bytes of an answer's body, which it does not keep.
 *
 * @param limit In bytes: where there are more, it stops.
 * @throws {NetworkError} if the body breaks off
 */
export async function countAnswer(answer: Answer, limit: number): Promise<number> {
  let size = 0
  for await (const { byteLength } of streamAnswer(answer)) {
    size += byteLength
    if (size > limit) break
  }
  return size
}

/**
 * Reads the body of an answer piece by piece. A reader that stops early ends the answer.
 *
 * @throws {NetworkError} if the body breaks off
 */
export function streamAnswer(answer: Answer, signal?: AbortSignal): ByteStream {
  return readStream(answer.body ?? new Blob().stream(), signal, (cause) => brokenOff(answer, cause))
}
