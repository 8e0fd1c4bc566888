import { withGrace } from '../../async/abort-grace.ts'
import { DigestMismatchError, RegistryError } from '../../errors.ts'
import { fromBase64, toBase64 } from '../../oci/base64.ts'
import type { StoreAttempts } from '../../stores/attempts.ts'
import {
  isOf,
  isUploadLocation,
  parseStoredSession,
  type SessionStore,
  type StoredSession,
  sessionKey,
} from '../sessions/store.ts'
import { isRefusal, limitsOf, locateStored, recallLimits } from './resume.ts'
import { cancelSession } from './session.ts'
import type { Upload, UploadSession } from './upload-options.ts'

/** The stored session of one blob. */
export interface Checkpoint {
  /** True if this upload was begun by an earlier push. */
  readonly isResumed: boolean
  /** Finds the upload of an earlier push, as far as the registry has it now. */
  find(): Promise<UploadSession | undefined>
  /** Keeps the session as it is. */
  save(session: UploadSession): Promise<void>
  /** Forgets the session: it is closed, or lost. */
  remove(): Promise<void>
  /** After what was resumed turned out to be of other bytes: cancels it, and hashes from the start. */
  giveUp(session: UploadSession | undefined, error: DigestMismatchError): Promise<void>
  /** @returns whether the session stays for another push, after the failure that ends this one */
  leave(error: unknown): Promise<boolean>
}

/**
 * How many pushes in a row may fail with the same session without progress. The session may be the cause.
 */
const MAX_STALLS = 3
/** In milliseconds: a write may take so long after an abort, since a later push starts from what is stored. */
const WRITE_GRACE = 1000

export function createCheckpoint(upload: Upload, sessions: StoreAttempts<SessionStore>): Checkpoint {
  const { blob, reader, registry, repository, onEvent } = upload
  const subject = { repository, digest: blob.digest }
  const wanted = { registry: registry.url, repository, digest: blob.digest, size: blob.size }
  const key = sessionKey(wanted)
  let isResumed = false
  let hasProgress = false
  /** As the store has it. */
  let entry: StoredSession | undefined

  const tell = (error: Error) => onEvent?.({ kind: 'unsaved', ...subject, error })

  /** Returns false if the store has failed. After an abort it may still be writing: that counts as done. */
  async function write(act: (store: SessionStore) => Promise<void>): Promise<boolean> {
    const { signal, stop } = withGrace(upload.signal, WRITE_GRACE)
    try {
      const isDone = await sessions.attempt(
        async (store) => {
          await act(store)
          return true
        },
        { tell, signal },
      )
      return isDone ?? false
    } catch {
      // The push was aborted. The session stays at the registry for the next push, which finds what the store has.
      return true
    } finally {
      stop()
    }
  }

  async function put(next: StoredSession): Promise<void> {
    entry = (await write((store) => store.set(key, next))) ? next : undefined
  }

  async function remove(): Promise<void> {
    entry = undefined
    await write((store) => store.delete(key))
  }

  return {
    get isResumed() {
      return isResumed
    },

    async find() {
      const found = await sessions.attempt((store) => store.get(key), { tell, signal: upload.signal })
      if (found === undefined) return undefined
      entry = parseStoredSession(found)
      if (!entry || !isOf(entry, wanted)) {
        await remove()
        return undefined
      }
      const { offset, hashState } = entry
      const session = await locateStored(upload, entry)
      if (!session) {
        await remove()
        const error = new RegistryError(
          'CONTENT_LOST',
          `Cannot continue an upload to "${repository}": the registry no longer has it, or has a different state of it`,
        )
        onEvent?.({ kind: 'restart', ...subject, error, lostBytes: offset })
        return undefined
      }
      recallLimits(upload, entry)
      await reader.restart(hashState === undefined ? undefined : fromBase64(hashState), offset)
      isResumed = true
      onEvent?.({ kind: 'resume', ...subject, resumedBytes: session.offset })
      return session
    },

    async save({ location, offset }) {
      hasProgress = true
      // On another origin it may be presigned: then whoever has it can use it, and it is not kept.
      if (!isUploadLocation(location.href, wanted)) {
        if (entry) await remove()
        return
      }
      const hashed = reader.stateAt(offset)
      const hashState = hashed && toBase64(hashed)
      const limits = limitsOf(upload)
      const state = { location: location.href, offset, hashState, limits, stalls: 0, savedAt: Date.now() }
      await put({ version: 1, ...wanted, ...state })
    },

    async remove() {
      if (entry) await remove()
    },

    async giveUp(session, error) {
      isResumed = false
      await remove()
      if (session) await cancelSession(upload, session)
      await reader.restart()
      onEvent?.({ kind: 'restart', ...subject, error, lostBytes: session?.offset ?? 0 })
    },

    async leave(error) {
      if (!entry) return false
      // By the caller, or since another blob or the source has failed: that says nothing against this session.
      if (upload.signal?.aborted || error === reader.failure) return true
      const stalls = hasProgress ? 0 : entry.stalls + 1
      if (error instanceof DigestMismatchError || isRefusal(error) || stalls === MAX_STALLS) await remove()
      else if (stalls > 0) await put({ ...entry, stalls })
      return entry !== undefined
    },
  }
}
