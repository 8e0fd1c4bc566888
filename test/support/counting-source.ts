import type { Source, SourceInput } from '../../src/index.ts'
import { toSource } from '../../src/source/from.ts'

/** A source that keeps count of what is read of it. */
export interface CountingSource extends Source {
  readonly reads: ReadonlyArray<{ readonly start: number; readonly end: number }>
  readonly bytesRead: number
}

export function countingSource(input: SourceInput): CountingSource {
  const source = toSource(input)
  const reads: { start: number; end: number }[] = []
  return {
    size: source.size,
    read(start, end, signal) {
      reads.push({ start, end })
      return source.read(start, end, signal)
    },
    reads,
    get bytesRead() {
      return reads.reduce((sum, { start, end }) => sum + end - start, 0)
    },
  }
}
