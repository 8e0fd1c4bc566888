import { delay } from '../../async/delay.ts'
import { loaded } from '../../async/lazy.ts'
import { ResponseError } from '../../errors.ts'
import { delayBefore } from '../../http/retry-after.ts'
import { lookForBlob } from '../blobs.ts'
import type { UploadProfile } from '../profile.ts'
import { type Chunk, goesWhole } from './chunk.ts'
import type { Remedy } from './failure.ts'
import { leastChunk } from './headway.ts'
import { askSession, cancelSession } from './session.ts'
import type { Upload, UploadSession } from './upload-options.ts'

/** A failure, and what it was that failed. */
export interface Failure {
  readonly error: unknown
  readonly remedy: Remedy
  /** Nothing if it was not a chunk. */
  readonly chunk: Pick<Chunk, 'start' | 'end' | 'isClosing'> | undefined
}

/** In bytes. Smaller chunks do not help a registry that refuses this size. */
const LEAST_CHUNK = 512
/**
 * In bytes. A smaller chunk without an answer is the network's fault: proxies take 1 MiB (nginx's
 * `client_max_body_size`) or more.
 */
const LEAST_SUSPECT = 1024 * 1024

/** In bytes: the smallest part that S3 takes, and so what registries take that pass chunks on to it. */
const LEAST_PART = 5 * 1024 * 1024

/** Waits before the next try. */
export async function wait(
  { uploadRetryDelay, onEvent, signal, ...upload }: Upload,
  failures: number,
  error: unknown,
): Promise<void> {
  const milliseconds = delayBefore(failures, uploadRetryDelay)
  onEvent?.({ kind: 'retry', ...eventOf(upload, error), failures, delay: milliseconds })
  await delay(milliseconds, signal)
}

/**
 * Takes to other requests where a registry refuses these: half as large, larger ones, or the whole blob in one.
 *
 * @returns whether it did; that comes to an end by itself
 * @throws the failure, if there are no others
 */
export function adapt(upload: Upload, { error, remedy, chunk }: Failure): boolean {
  if (!chunk || (remedy !== 'shrink' && remedy !== 'grow' && remedy !== 'whole')) return false
  if (remedy === 'grow') return growChunks(upload, error)
  if (remedy === 'shrink' && !halveChunks(upload, chunk, error, LEAST_CHUNK)) throw error
  // Another blob may have learned as much meanwhile.
  if (remedy === 'whole' && !upload.registry.capabilities.current.takesWholeOnly)
    learn(upload, error, { takesWholeOnly: true })
  return true
}

/** Takes to smaller chunks where several requests in a row got no answer: a web page cannot read a proxy's 413. */
export function suspectSize(upload: Upload, { error, chunk }: Pick<Failure, 'error' | 'chunk'>): void {
  if (chunk) halveChunks(upload, chunk, error, LEAST_SUSPECT / 2)
}

/** @returns false if they would be too small */
function halveChunks(
  upload: Upload,
  { start, end }: Pick<Chunk, 'start' | 'end'>,
  error: unknown,
  least: number,
): boolean {
  const { current } = upload.registry.capabilities
  const { size } = upload.blob
  const half = goesWhole(size, current) ? 0 : Math.floor((end - start) / 2)
  if (half < Math.max(least, current.minChunkSize, leastChunk(size))) return false
  // Another blob may have learned as much meanwhile.
  if (half < current.maxChunkSize) learn(upload, error, { maxChunkSize: half })
  return true
}

/**
 * @returns false if the registry is known to want that, or to refuse it: then it is a failure as any other, which ends
 *   after some tries
 */
function growChunks(upload: Upload, error: unknown): boolean {
  const { minChunkSize, maxChunkSize } = upload.registry.capabilities.current
  if (minChunkSize >= LEAST_PART || maxChunkSize < LEAST_PART) return false
  learn(upload, error, { minChunkSize: LEAST_PART })
  return true
}

type Lesson = Partial<Pick<UploadProfile, 'minChunkSize' | 'maxChunkSize' | 'takesWholeOnly'>>

function learn(upload: Upload, error: unknown, lesson: Lesson): void {
  upload.registry.capabilities.learn(lesson)
  upload.onEvent?.({ kind: 'learned', ...eventOf(upload, error), ...lesson })
}

/** Looks whether the registry has the blob already. The upload is of no use then. */
export async function isThere(upload: Upload, session: UploadSession | undefined): Promise<boolean> {
  // The size does not matter: the registry has said so before.
  const isThere = await holdsBlob(upload, true)
  if (isThere && session) await cancelSession(upload, session)
  return isThere
}

/** Reads the end of a blob that HEAD finds: HEAD may come from a cache. */
async function holdsBlob({ registry, repository, blob, signal }: Upload, isSaid = false): Promise<boolean> {
  const found = await lookForBlob(registry, repository, blob, signal)
  if (found === 'absent') return false
  const { isHeld } = await loaded(import('../blob-end.ts'), signal)
  return isHeld(registry, repository, blob, isSaid || found === 'there', signal)
}

/** Finds out where an upload is after a failure. Returns no session if it has to start again. */
export async function recover(
  upload: Upload,
  session: UploadSession | undefined,
  failure: Failure,
): Promise<UploadSession | undefined | 'present'> {
  const { error, remedy, chunk } = failure
  if (!session || !chunk) return session
  // The answer alone may have been lost: to this request, or to the same one from a proxy that sent it twice.
  const mayBeIn = chunk.isClosing && (remedy === 'ask' || remedy === 'restart')
  if (mayBeIn && (await holdsBlob(upload))) return 'present'
  const found = remedy === 'ask' || remedy === 'shrink' ? await findSession(upload, session, failure, chunk) : undefined
  if (found && found !== 'lost') return found
  const isGone = found === 'lost' || (error instanceof ResponseError && error.status === 404)
  if (!isGone) await cancelSession(upload, session)
  upload.onEvent?.({ kind: 'restart', ...eventOf(upload, error), lostBytes: session.offset })
  return undefined
}

/**
 * Asks where an upload is, unless the registry has lost it. Returns `undefined` if that stays unclear: it is not safe
 * to continue.
 */
async function findSession(
  upload: Upload,
  session: UploadSession,
  { error, remedy }: Failure,
  { start, end }: Pick<Chunk, 'start' | 'end'>,
): Promise<UploadSession | undefined | 'lost'> {
  const { capabilities } = upload.registry
  const { tellsStatus, takesWholeOnly } = capabilities.current
  const status = error instanceof ResponseError ? error.status : undefined
  // Refused before its bytes were looked at.
  const isUntouched = status === 413 || status === 429
  if (!tellsStatus) return isUntouched ? session : undefined
  const told = await askSession(upload, session, end)
  if (!told || told === 'lost') return told
  let { offset = isUntouched ? session.offset : undefined } = told
  if (remedy === 'ask' && status === 416 && offset === start && start > 0) {
    // It refuses what it has asked for: so it counts in the other way.
    const tellsCount = !capabilities.current.tellsCount
    capabilities.learn({ tellsCount })
    offset += tellsCount ? -1 : 1
  }
  if (offset === undefined || offset > end) return undefined
  // `0-0` means no byte or one byte. The registry has just refused a chunk from 0, so it has one.
  const isOne = remedy === 'ask' && status === 416 && offset === 0
  // What takes a blob whole only takes no rest of one.
  return isOne || (takesWholeOnly && offset > 0) ? undefined : { ...told, offset }
}

function eventOf({ repository, blob }: Pick<Upload, 'repository' | 'blob'>, error: unknown) {
  return { repository, digest: blob.digest, error: error as Error }
}
