import { BLOCK_SIZE, END_SIZE, paddingAfter, type TarPlan, tarHeader } from './tar-plan.ts'
import { type Passing, verifiedPieces } from './verified-pieces.ts'

/** Writes the bytes of a tar in order. Nothing is read before it is asked for. Throws what `verifiedPieces` throws. */
export async function* tarPieces({ entries }: TarPlan, passing: Passing): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { writing } = passing
  try {
    writing.track(entries.flatMap(({ blob }) => blob ?? []))
    writing.phase('write')
    let padding = 0
    for (const entry of entries) {
      const head = new Uint8Array(padding + BLOCK_SIZE)
      head.set(tarHeader(entry), padding)
      yield head
      yield* verifiedPieces(entry, passing)
      padding = paddingAfter(entry.source.size)
    }
    yield new Uint8Array(padding + END_SIZE)
    writing.phase('done')
  } finally {
    writing.end()
  }
}

/** Makes a web stream of a tar. A cancel ends the read under way, as an abort does. */
export function streamTar(plan: TarPlan, { signal, ...passing }: Passing): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ending = new AbortController()
  const signals = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  const pieces = tarPieces(plan, { ...passing, signal: signals })
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel(reason) {
        ending.abort(reason)
        await pieces.return(undefined)
        // Nothing of the pieces has run if they were never read.
        passing.writing.end()
      },
    },
    // With 0, nothing is read in advance.
    { highWaterMark: 0 },
  )
}
