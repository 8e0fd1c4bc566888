import type { Source } from '../../src/index.ts'

/** A source that notes what a reader must not do, and gives its bytes as views, as sources may. */
export interface GuardedSource extends Source {
  readonly bytesRead: number
  /** Reads that led out of the source, whatever came of the error that they got. */
  readonly faults: readonly string[]
}

export function guardedSource(bytes: Uint8Array): GuardedSource {
  const faults: string[] = []
  let bytesRead = 0
  return {
    size: bytes.length,
    async read(start, end) {
      const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end
      if (!isInside || end > bytes.length) {
        faults.push(`bytes ${start} to ${end} of ${bytes.length}`)
        throw new Error(`A test source was asked for bytes ${start} to ${end} of ${bytes.length}`)
      }
      bytesRead += end - start
      const larger = new Uint8Array(end - start + 7).fill(0xaa)
      larger.set(bytes.subarray(start, end), 3)
      return larger.subarray(3, 3 + end - start)
    },
    faults,
    get bytesRead() {
      return bytesRead
    },
  }
}
