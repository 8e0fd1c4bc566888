import type { WriteControlOptions } from '../control/write-controller.ts'
import { createWriting } from '../control/writing.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { END_SIZE, paddingAfter } from '../tar/blocks.ts'
import type { TarPlan } from './tar-plan.ts'
import { type Passing, verifiedPieces } from './verified-pieces.ts'

/** Writes the bytes of a tar in order. Nothing is read before it is asked for. Throws what `verifiedPieces` throws. */
export async function* tarPieces({ entries }: TarPlan, passing: Passing): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let padding = 0
  for (const entry of entries) {
    const head = new Uint8Array(padding + entry.header.length)
    head.set(entry.header, padding)
    yield head
    yield* verifiedPieces(entry, passing)
    padding = paddingAfter(entry.source.size)
  }
  yield new Uint8Array(padding + END_SIZE)
}

/**
 * Makes a web stream of a tar. A cancel ends the read under way, as an abort does.
 *
 * @param options What `withControl` or `withLastingControl` gave.
 */
export function streamTar(
  plan: TarPlan,
  createHasher: CreateHasher,
  options: WriteControlOptions,
  reusesMemory = false,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { signal } = options
  const ending = new AbortController()
  const signals = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  const writing = createWriting(options)
  const pieces = tarPieces(plan, { createHasher, signal: signals, writing, reusesMemory })
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start() {
        writing.track(plan.entries.flatMap(({ blob }) => blob ?? []))
        writing.phase('write')
      },
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (!done) return controller.enqueue(value)
          writing.phase('done')
        } catch (error) {
          writing.end()
          throw error
        }
        writing.end()
        controller.close()
      },
      async cancel(reason) {
        writing.end()
        ending.abort(reason)
        await pieces.return(undefined)
      },
    },
    // With 0, nothing is read in advance.
    { highWaterMark: 0 },
  )
}
