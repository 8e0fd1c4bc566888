import { ResponseError } from '../../errors.ts'
import { hasBlob } from '../blobs.ts'
import { sleep } from '../pause.ts'
import type { Chunk } from './chunk.ts'
import type { Remedy } from './failure.ts'
import type { Upload } from './options.ts'
import { askSession, cancelSession, type UploadSession } from './session.ts'

/** A failure, and what it was that failed. */
export interface Failure {
  readonly error: unknown
  readonly remedy: Remedy
  /** Nothing if it was not a chunk. */
  readonly chunk: Pick<Chunk, 'start' | 'end' | 'isClosing'> | undefined
}

/** In bytes. Who takes no more than this in one request is not helped by less. */
const LEAST_CHUNK = 512
/** In milliseconds: no wait between two tries is longer. */
const MAX_DELAY = 30_000

/** Exponential, with full jitter: many clients that failed together do not come back together. */
export async function wait(
  { retryDelay, onEvent, signal, ...upload }: Upload,
  failures: number,
  error: unknown,
): Promise<void> {
  const delay = Math.random() * Math.min(retryDelay * 2 ** (failures - 1), MAX_DELAY)
  onEvent?.({ kind: 'retry', ...eventOf(upload, error), failures, delay })
  await sleep(delay, signal)
}

/**
 * Takes to other requests where a registry refuses these: half as large, or the whole blob in one.
 *
 * @returns whether it did; that comes to an end by itself
 * @throws the failure, if there are no others
 */
export function adapt(upload: Upload, { error, remedy, chunk }: Failure): boolean {
  const { traits } = upload.registry
  if (!chunk || (remedy !== 'shrink' && remedy !== 'whole')) return false
  if (traits.current.takesWholeOnly) throw error
  if (remedy === 'whole') learn(upload, error, { takesWholeOnly: true })
  else if (!halveChunks(upload, chunk, error)) throw error
  return true
}

/** @returns false if they would be too small */
export function halveChunks(upload: Upload, chunk: Failure['chunk'], error: unknown): boolean {
  const { minChunkSize, maxChunkSize, takesWholeOnly } = upload.registry.traits.current
  const half = chunk && !takesWholeOnly ? Math.floor((chunk.end - chunk.start) / 2) : 0
  if (half < Math.max(LEAST_CHUNK, minChunkSize)) return false
  // Another blob may have learned as much meanwhile.
  if (half < maxChunkSize) learn(upload, error, { maxChunkSize: half })
  return true
}

function learn(upload: Upload, error: unknown, lesson: { maxChunkSize: number } | { takesWholeOnly: true }): void {
  upload.registry.traits.learn(lesson)
  upload.onEvent?.({ kind: 'learned', ...eventOf(upload, error), ...lesson })
}

/** Finds out where an upload is after a failure; gives no session where it has to begin anew. */
export async function recover(
  upload: Upload,
  session: UploadSession | undefined,
  { error, remedy, chunk }: Failure,
): Promise<UploadSession | undefined | 'present'> {
  const { registry, repository, blob, signal, onEvent, onSent } = upload
  if (!session || !chunk) return session
  // The answer alone may have been lost.
  if (chunk.isClosing && remedy === 'ask' && (await hasBlob(registry, repository, blob, signal))) return 'present'
  const found = remedy === 'ask' || remedy === 'shrink' ? await findSession(upload, session, error, chunk) : undefined
  if (found !== undefined && found !== 'unclear') return found
  if (found === 'unclear' || remedy === 'whole') await cancelSession(upload, session)
  onEvent?.({ kind: 'restart', ...eventOf(upload, error), lostBytes: session.offset })
  onSent?.(0)
  return undefined
}

/** Asks where an upload is; nothing if the registry has lost it. Where that stays unclear, it is not safe to go on. */
async function findSession(
  upload: Upload,
  session: UploadSession,
  error: unknown,
  { end }: Pick<Chunk, 'end'>,
): Promise<UploadSession | undefined | 'unclear'> {
  const status = error instanceof ResponseError ? error.status : undefined
  // Refused before its bytes were looked at.
  const isUntouched = status === 413 || status === 429
  if (!upload.registry.traits.current.tellsStatus) return isUntouched ? session : 'unclear'
  const told = await askSession(upload, session)
  if (!told) return undefined
  const { location, offset = isUntouched ? session.offset : undefined } = told
  // None, which it has just refused to be: then it has one byte.
  const isOne = status === 416 && offset === 0
  return offset === undefined || offset > Math.min(end, upload.blob.size) || isOne ? 'unclear' : { location, offset }
}

function eventOf({ repository, blob }: Pick<Upload, 'repository' | 'blob'>, error: unknown) {
  return { repository, digest: blob.digest, error: error as Error }
}
