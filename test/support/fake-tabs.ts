import { createAskedClaims } from '../../src/element/queue/asked-claims.ts'
import type { Channel } from '../../src/element/queue/claims.ts'
import { createKeptQueue } from '../../src/element/queue/kept-queue.ts'
import type { SavedEntry } from '../../src/element/queue/saved-entry.ts'
import type { QueueStorage } from '../../src/element/queue/storage.ts'
import { createFakePushes } from './fake-pushes.ts'

/** A browser with tabs that share one store. */
export function createFakeBrowser() {
  const stored = new Map<string, SavedEntry>()
  const ends = new Set<FakeChannel>()
  const storage: QueueStorage & { fault: Error | undefined } = {
    fault: undefined,
    async readAll() {
      if (storage.fault) throw storage.fault
      return [...stored.values()].sort((one, other) => one.place - other.place)
    },
    async read(id) {
      if (storage.fault) throw storage.fault
      return stored.get(id)
    },
    async write(entries) {
      if (storage.fault) throw storage.fault
      for (const entry of entries) stored.set(entry.id, structuredClone({ ...entry, handle: undefined }))
      // A clone has no methods: a handle stays what it is.
      for (const { id, handle } of entries) stored.set(id, { ...(stored.get(id) as SavedEntry), handle })
    },
    async remove(id) {
      stored.delete(id)
    },
  }

  return {
    stored,
    storage,
    /** Opens a tab: its queue, and its Worker. */
    openTab() {
      const channel = createChannel(ends)
      const claims = createAskedClaims(channel, 20)
      const worker = createFakePushes()
      const queue = createKeptQueue(worker.api, { storage, claims, channel })
      return {
        queue,
        worker,
        /** Closes the tab as a user does. */
        close() {
          claims.releaseAll()
          channel.isDead = true
        },
        /** The tab says nothing more. */
        crash() {
          channel.isDead = true
        },
      }
    },
  }
}

interface FakeChannel extends Channel {
  isDead: boolean
  receive(data: unknown): void
}

function createChannel(ends: Set<FakeChannel>): FakeChannel {
  const listeners: ((event: { readonly data: unknown }) => void)[] = []
  const channel: FakeChannel = {
    isDead: false,
    receive(data) {
      if (!channel.isDead) for (const listener of listeners) listener({ data })
    },
    postMessage(message) {
      if (channel.isDead) return
      const data = structuredClone(message)
      for (const other of ends) if (other !== channel) queueMicrotask(() => other.receive(data))
    },
    addEventListener: (_type, listener) => void listeners.push(listener),
  }
  ends.add(channel)
  return channel
}
