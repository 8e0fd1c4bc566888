import { loaded } from '../../async/lazy.ts'
import { DigestMismatchError, NetworkError } from '../../errors.ts'
import type { Content } from '../../oci/descriptor.ts'
import { type Registry, withoutPatience, withScopes } from '../registry.ts'
import { locateRepository } from '../repository.ts'
import type { SendRequest } from '../send.ts'
import { beginSession } from './begin.ts'
import { createBlobReader } from './blob-reader.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type Chunk, prepareChunk } from './chunk.ts'
import { remedyFor } from './failure.ts'
import { createHeadway } from './headway.ts'
import { adapt, type Failure, isThere, recover, suspectSize, wait } from './recovery.ts'
import { cancelSession, sendChunk } from './session.ts'
import type { Upload, UploadOptions, UploadSession } from './upload-options.ts'

/** In milliseconds: how long requests in flight may take after an abort. */
const GRACE = 5_000
/** After so many requests in a row without an answer, they may be too large: a web page cannot read a proxy's 413. */
const SUSPICIOUS = 2

/**
 * Brings one blob into a repository: mounts it from another one where that works, else uploads it in chunks, the last
 * in the closing PUT (distribution-spec § Pushing a blob in chunks). Every byte is hashed once, on its way; or, with
 * `trust`, only if the registry refuses the closing PUT.
 *
 * After a failure that may pass it waits, asks the registry how far the upload is, and continues from there; where the
 * registry has lost the upload it sends the blob from the start. If it answers 409, the blob may be there already, and
 * is looked for. Chunks that are too large are halved, and a registry that takes none gets the blob whole. After any
 * failure that stays, an abort included, the open session is cancelled at the registry. For that, an abort lets the
 * request under way end, within 5 s: distribution 2 can neither continue nor clean up a session whose chunk broke
 * off. With a store of sessions it is noted after each chunk, begins with what an earlier push has noted, and stays
 * open after an abort and after failures that may pass.
 *
 * @returns how the blob came in; `present` if the registry has it already
 * @throws {DigestMismatchError} if the bytes are not the descriptor's: before the closing PUT, or after its refusal
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 * @throws {RegistryError} if many requests bring in few bytes
 */
export async function uploadBlob(
  registry: Registry,
  repository: string,
  blob: Content,
  options: UploadOptions,
): Promise<'mounted' | 'uploaded' | 'present'> {
  const { signal } = options
  signal?.throwIfAborted()
  const target = withScopes(withoutPatience(registry), locateRepository(registry.url, repository).push)
  const send: SendRequest = (request) => target.send({ signal, grace: GRACE, ...request })
  const reusesPieces = options.reusesPieces && registry.usesRuntimeFetch
  const reading = { ...options, reusesPieces, ...options.trust?.asHashed(blob) }
  const reader = await createBlobReader(blob, `the blob for "${repository}"`, reading)
  return deliver({ ...options, registry: target, send, repository, blob, reader })
}

/** One loop over one state: the session, and what went wrong with it last. */
async function deliver(upload: Upload): Promise<'mounted' | 'uploaded' | 'present'> {
  const { blob, reader, trust, signal, uploadRetry, onSent } = upload
  const checkpoint = await openCheckpoint(upload)
  const headway = createHeadway(upload)
  let session: UploadSession | undefined
  let failure: Failure | undefined
  let mountFrom = upload.mountFrom
  let [best, failures, unanswered] = [0, 0, 0]
  const progress = (offset: number) => {
    onSent?.(offset)
    if (offset > best) [best, failures, unanswered] = [offset, 0, 0]
  }
  try {
    for (;;) {
      let chunk: Chunk | undefined
      headway.count(session?.offset ?? 0)
      try {
        if (failure) {
          const state = await recover(upload, session, failure)
          if (state === 'present') break
          if (session && !state) await checkpoint?.remove()
          session = state
          failure = undefined
          progress(session?.offset ?? 0)
        }
        if (!session) {
          const opened = await beginSession(upload, checkpoint, mountFrom)
          if (opened === 'mounted') return 'mounted'
          session = opened
          mountFrom = undefined
          if (checkpoint?.isResumed) progress(session.offset)
        }
        chunk = await prepareChunk(upload, session.offset)
        session = await sendChunk(upload, session, chunk)
        await chunk.hashed
        if (session) await checkpoint?.save(session)
        progress(session?.offset ?? blob.size)
        if (!session) break
      } catch (error) {
        signal?.throwIfAborted()
        if (checkpoint?.isResumed && error instanceof DigestMismatchError) {
          await checkpoint.giveUp(session, error)
          session = undefined
          progress(0)
          continue
        }
        // A source has its own tries, and a 404 of its registry says nothing about this one.
        const remedy = error === reader.failure ? 'nothing' : remedyFor(error, sentOf(blob, chunk), chunk?.start === 0)
        if (chunk?.isClosing) await trust?.verifyRefused(upload, session, error)
        if (remedy === 'nothing') throw error
        if (remedy === 'look' && (await isThere(upload, session))) {
          await checkpoint?.remove()
          return 'present'
        }
        const isKnown = failure !== undefined
        failure ??= { error, remedy, chunk }
        if (!isKnown && adapt(upload, failure)) continue
        if (++failures > uploadRetry) throw error
        unanswered = error instanceof NetworkError ? unanswered + 1 : 0
        if (unanswered >= SUSPICIOUS) suspectSize(upload, { error, chunk })
        await wait(upload, failures, error)
      }
    }
    await checkpoint?.remove()
    return 'uploaded'
  } catch (error) {
    const isLeft = await checkpoint?.leave(error)
    if (session && !isLeft) await cancelSession(upload, session)
    throw error
  }
}

/** Loads the checkpoint if there is a store: before the first byte, because it may be needed after a failure. */
async function openCheckpoint(upload: Upload): Promise<Checkpoint | undefined> {
  const { sessions, signal } = upload
  if (!sessions) return undefined
  const { createCheckpoint } = await loaded(import('./checkpoint.ts'), signal)
  return createCheckpoint(upload, sessions)
}

function sentOf({ size }: Content, chunk: Chunk | undefined): 'no bytes' | 'part' | 'whole' {
  if (!chunk) return 'no bytes'
  return chunk.end - chunk.start < size ? 'part' : 'whole'
}
