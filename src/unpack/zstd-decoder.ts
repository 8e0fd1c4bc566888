import { RegistryError, TarReadError } from '../errors.ts'
import { inPieces } from '../source/pieces.ts'
import { abandon, type ByteStream } from '../source/stream.ts'

/** So many steps without a byte: the decoder has met data that it cannot read, and would go on for ever. A piece may hold 8192 frames to be skipped. */
const MAX_IDLE_STEPS = 10_000
/** So many steps may one piece take, with 128 KiB each. */
const MAX_STEPS = 40_000

/**
 * Unpacks Zstandard (RFC 8878) by a decoder in WebAssembly that is loaded when it is needed. Windows of up to 128 MiB are taken.
 *
 * @throws {TarReadError} if the data are damaged or cut short
 */
export async function* unpackZstd(packed: ByteStream): AsyncGenerator<Uint8Array> {
  const decoder = await loadDecoder()
  const pieces = inPieces(packed)
  let next = await nextPiece(pieces)
  let idleSteps = 0
  // The decoder takes its pieces synchronously, so the next one always lies ready.
  function* supply(): Generator<Uint8Array> {
    while (next) {
      const piece = next
      next = undefined
      idleSteps = 0
      yield piece
    }
  }
  const steps = decoder.decodeStreaming(supply())
  try {
    for (;;) {
      const step = takeStep(steps)
      if (step.done) return
      idleSteps = step.value.byteLength > 0 ? 0 : idleSteps + 1
      if (idleSteps > MAX_IDLE_STEPS) throw damaged()
      if (step.value.byteLength > 0) yield step.value
      next ??= await nextPiece(pieces)
    }
  } finally {
    next = undefined
    release(steps)
    abandon(pieces)
  }
}

/** The decoder frees what it holds at its end alone, so it is brought there: without more input, after what is left of this. */
function release(steps: Iterator<Uint8Array>): void {
  try {
    for (let step = 0; step < MAX_STEPS; step++) if (steps.next().done) return
  } catch {
    // That the input ended early.
  }
}

async function loadDecoder() {
  try {
    const { ZSTDDecoder } = await import('zstddec/stream')
    const decoder = new ZSTDDecoder()
    await decoder.init()
    return decoder
  } catch (cause) {
    throw new RegistryError('PART_NOT_LOADED', 'Cannot unpack the archive: the zstd decoder does not load', {
      remedy: "in a page its content security policy has to allow 'wasm-unsafe-eval' and connections to data:",
      cause,
    })
  }
}

async function nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const { done, value } = await pieces.next()
    if (done) return undefined
    if (value.byteLength > 0) return value
  }
}

function takeStep(steps: Iterator<Uint8Array>): IteratorResult<Uint8Array> {
  try {
    return steps.next()
  } catch (cause) {
    throw damaged(cause)
  }
}

function damaged(cause?: unknown): TarReadError {
  return new TarReadError(
    'ARCHIVE_DAMAGED',
    'Cannot unpack the archive: its zstd data are damaged, cut short, or packed with a window above 128 MiB',
    { remedy: 'save or download it again, or unpack it first', cause },
  )
}
