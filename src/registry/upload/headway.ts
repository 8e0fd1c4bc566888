import { RegistryError } from '../../errors.ts'
import { shortDigest } from '../../oci/digest.ts'
import type { Upload } from './upload-options.ts'

/** Ends an upload that takes many requests for few bytes. */
interface Headway {
  /**
   * Counts a request, which is about to begin.
   *
   * @param offset How many bytes of the blob the registry has.
   * @throws {RegistryError} if too many requests in a row brought in too little, or the upload went back too often
   */
  count(offset: number): void
}

/** How many requests may make no progress, and how often an upload may go back. */
const SPARE = 100
/** In bytes: what each request has to add, on average over a run of requests. */
const LEAST_GAIN = 2048

export function createHeadway({ blob, repository, chunkSize }: Upload): Headway {
  // Each small chunk adds little.
  const least = Math.min(LEAST_GAIN, chunkSize / 2)
  let [start, last, requests, setbacks] = [0, 0, 0, 0]
  return {
    count(offset) {
      const isBack = offset < last
      if (isBack) setbacks++
      if (isBack || offset - start >= requests * least) [start, requests] = [offset, 0]
      last = offset
      if (++requests <= SPARE && setbacks <= SPARE) return
      throw new RegistryError(
        'CONTENT_LOST',
        `Cannot upload ${shortDigest(blob.digest)} to "${repository}": the registry has ${offset} of ${blob.size} bytes, and takes too few of each request, or loses too many`,
      )
    },
  }
}

/** In bytes: smaller chunks would take half of the requests that an upload of this size may take, or more. */
export function leastChunk(size: number): number {
  return (2 * size) / (SPARE + size / LEAST_GAIN)
}
