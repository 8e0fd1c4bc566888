import { able } from '../../check-options.ts'
import { NetworkError } from '../../errors.ts'
import { releaseBody } from '../../source/release.ts'
import { checkRegistryConnectivity } from '../ping.ts'
import type { Registry, RequestOptions } from '../registry.ts'
import { isOf, parseStoredSession, type SessionStore, type StoredSession, sessionKey } from './store.ts'

/** An upload of a blob that a push has left open, as a store of sessions knows it. It has no secret. */
export interface UnfinishedUpload extends Pick<StoredSession, 'registry' | 'repository' | 'digest' | 'size'> {
  /** The bytes of the blob that the registry had when the entry was saved. */
  readonly sentBytes: number
  /** In milliseconds since 1970. */
  readonly savedAt: number
}

/** A registry that has no such upload says so with one of these; one that cancels no uploads does, too. */
const NOT_CANCELLED = [400, 404, 405, 410, 501]

/** Reads a store; throws what `listUnfinishedUploads` throws. */
export async function readUnfinished(sessions: SessionStore): Promise<UnfinishedUpload[]> {
  const store = able('sessions', sessions, ['list'], 'a store with list(), as memorySessions() gives one')
  return ((await store.list?.()) ?? [])
    .flatMap((session) => parseStoredSession(session) ?? [])
    .map(({ registry, repository, digest, size, offset, savedAt }) => {
      return { registry, repository, digest, size, sentBytes: offset, savedAt }
    })
    .sort((one, other) => other.savedAt - one.savedAt)
}

/** Cancels an upload at the registry and removes its entry; throws what `dropUnfinishedUpload` throws. */
export async function dropUnfinished(
  registry: Registry,
  sessions: SessionStore,
  upload: UnfinishedUpload,
  { signal }: RequestOptions,
): Promise<boolean> {
  if (registry.url !== upload?.registry) {
    throw new TypeError(`Cannot drop the upload: it is at ${upload?.registry}, not at ${registry.url}`)
  }
  const key = sessionKey(upload)
  // The location never leaves the store, and is checked: the request is for an upload of this repository alone.
  const session = parseStoredSession(await sessions.get(key))
  if (!session || !isOf(session, upload)) return false
  const isCancelled = await cancel(registry, session, signal)
  await sessions.delete(key)
  return isCancelled
}

async function cancel(registry: Registry, session: StoredSession, signal: AbortSignal | undefined): Promise<boolean> {
  const { repository, location: url } = session
  const act = `cancel an upload to "${repository}"`
  try {
    const allow = NOT_CANCELLED
    const { status, body } = await registry.send({ act, method: 'DELETE', url, isUpload: true, allow, signal })
    releaseBody(body)
    return !allow.includes(status)
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    // Distribution answers a preflight for an upload that it has lost with 404, which a page cannot read. If the
    // registry answers otherwise, the upload is gone.
    await checkRegistryConnectivity(registry, { signal })
    return false
  }
}
