import {
  openRegistry,
  type PushOptions,
  pushDockerTar,
  type SessionStore,
  type StoredSession,
  type UploadEvent,
  type UploadProfile,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'
import type { Behave } from './disturbed-push.ts'
import { recordingFetch } from './recording-fetch.ts'

/** What of a push on a stage is not as ever. */
export interface StagedPush extends PushOptions {
  readonly behave?: Behave
  readonly archive?: Uint8Array
  readonly profile?: Partial<UploadProfile>
}

/** A store of sessions that can be looked into. */
export interface OpenStore extends SessionStore {
  readonly entries: Map<string, StoredSession>
}

/** In bytes, of the one layer: ten chunks, the last of which closes the upload. */
export const LAYER_SIZE = 10_240
export const CHUNK = 1024

/** One registry and one store, for several pushes of the same image, one blob at a time and in chunks of 1024. */
export async function createStage(rules: TestRegistryOptions = {}, layers: readonly string[] = ['content']) {
  const registry = createTestRegistry(rules)
  const store = openStore()
  const whole = await createTestArchive({ images: [{ layers: layers.map((file) => ({ file })) }] })
  return {
    registry,
    store,
    archive: whole,
    /** Pushes, and tells what came of it. */
    async push({ behave = (_, go) => go(), archive = whole, profile, ...options }: StagedPush = {}) {
      const recorder = recordingFetch(async (request) => behave(request, () => registry.fetch(request), registry.fetch))
      const settings = { fetch: recorder.fetch, retry: 0, ...(profile && { profile }) }
      const events: UploadEvent[] = []
      const sent: number[] = []
      const before = registry.bodyBytes
      const error = await pushDockerTar(archive, openRegistry('https://registry.test', settings), 'a', 'v1', {
        chunkSize: CHUNK,
        concurrency: 1,
        lookups: 1,
        uploadRetryDelay: 1,
        uploadRetry: 1,
        sessions: store,
        onEvent: (event) => events.push(event),
        onProgress: ({ sentBytes }) => sent.push(sentBytes),
        ...options,
      }).then(
        () => undefined,
        (reason: Error) => reason,
      )
      const bytes = registry.bodyBytes - before
      return { error, events, kinds: events.map(({ kind }) => kind), sent, bytes, recorder }
    },
  }
}

function openStore(): OpenStore {
  const entries = new Map<string, StoredSession>()
  return {
    entries,
    get: async (key) => entries.get(key),
    set: async (key, session) => void entries.set(key, JSON.parse(JSON.stringify(session))),
    delete: async (key) => void entries.delete(key),
  }
}
