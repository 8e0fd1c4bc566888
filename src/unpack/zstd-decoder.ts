import { RegistryError, TarReadError } from '../errors.ts'
import { inPieces } from '../source/pieces.ts'
import { abandon, type ByteStream } from '../source/stream.ts'

/**
 * The maximum number of consecutive steps without output. After more, the decoder has invalid data and would never end.
 * A piece may have 8192 skippable frames.
 */
const MAX_IDLE_STEPS = 10_000
/** The maximum number of steps for one piece, with 128 KiB each. */
const MAX_STEPS = 40_000

/**
 * Unpacks Zstandard (RFC 8878) with a WebAssembly decoder, which is loaded on first use. It supports windows of up to
 * 128 MiB.
 *
 * @throws {TarReadError} if the data are damaged or cut short
 */
export async function* unpackZstd(packed: ByteStream): AsyncGenerator<Uint8Array> {
  const decoder = await loadDecoder()
  const pieces = inPieces(packed)
  let next = await nextPiece(pieces)
  let idleSteps = 0
  // The decoder requests its pieces synchronously, so the next one is always ready.
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

/** Runs the decoder to its end without more input, because it frees its memory only there. */
function release(steps: Iterator<Uint8Array>): void {
  try {
    for (let step = 0; step < MAX_STEPS; step++) if (steps.next().done) return
  } catch {
    // The error says that the input ended early, which is intended.
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
      remedy: "a page's content security policy must allow 'wasm-unsafe-eval' and connections to data:",
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
