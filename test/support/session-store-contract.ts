import { describe, expect, it } from 'vitest'
import type { SessionStore, StoredSession } from '../../src/index.ts'

/** A session as a push stores it. */
export function storedSession(changes: Partial<StoredSession> = {}): StoredSession {
  return {
    version: 1,
    registry: 'https://registry.test/',
    repository: 'team/app',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 3000,
    location: 'https://registry.test/v2/team/app/blobs/uploads/1?_state=secret',
    offset: 2000,
    hashState: 'AAAA',
    limits: { minChunkSize: 0, closesEmpty: false, maxChunkSize: 1000 },
    stalls: 0,
    savedAt: Date.now(),
    ...changes,
  }
}

const KEY = 'https://registry.test/ team/app sha256:0'
const OTHER_LOCATION = 'https://registry.test/v2/team/other/blobs/uploads/2'
const WEEK = 7 * 24 * 3_600_000

/**
 * What every store of sessions does.
 *
 * @param open Opens an empty one, and gives what opens the same one again, as another process or page would.
 */
export function describeSessionStore(name: string, open: () => Promise<() => SessionStore>): void {
  describe(name, () => {
    it('has nothing at first, and nothing to delete', async () => {
      const store = (await open())()
      await store.delete(KEY)
      expect(await store.get(KEY)).toBeUndefined()
    })

    it('gives what was set, to the letter, by the same key alone', async () => {
      const reopen = await open()
      const session = storedSession()
      await reopen().set(KEY, session)
      expect(await reopen().get(KEY)).toEqual(session)
      expect(await reopen().get(`${KEY}1`)).toBeUndefined()
      expect(await reopen().get(KEY.toUpperCase())).toBeUndefined()
    })

    it('takes a session without a state and without a largest chunk', async () => {
      const reopen = await open()
      const { hashState: _, ...session } = storedSession({ limits: { minChunkSize: 0, closesEmpty: true } })
      await reopen().set(KEY, { ...session, hashState: undefined })
      expect(await reopen().get(KEY)).toEqual(session)
    })

    it('replaces and deletes', async () => {
      const reopen = await open()
      await reopen().set(KEY, storedSession())
      await reopen().set(KEY, storedSession({ offset: 2500 }))
      expect(await reopen().get(KEY)).toMatchObject({ offset: 2500 })
      await reopen().delete(KEY)
      expect(await reopen().get(KEY)).toBeUndefined()
    })

    it('keeps many at once', async () => {
      const store = (await open())()
      const keys = Array.from({ length: 20 }, (_, index) => `${KEY} ${index}`)
      await Promise.all(keys.map((key, index) => store.set(key, storedSession({ offset: index + 1 }))))
      const offsets = await Promise.all(keys.map(async (key) => (await store.get(key))?.offset))
      expect(offsets).toEqual(keys.map((_, index) => index + 1))
    })

    it('lists what it has', async () => {
      const reopen = await open()
      expect(await reopen().list?.()).toEqual([])
      const sessions = [storedSession(), storedSession({ repository: 'team/other', location: OTHER_LOCATION })]
      for (const session of sessions) await reopen().set(`${KEY} ${session.repository}`, session)
      const listed = (await reopen().list?.()) ?? []
      expect(listed.toSorted((one, other) => one.repository.localeCompare(other.repository))).toEqual(sessions)
    })

    it.each([
      ['a week old', { savedAt: Date.now() - WEEK }],
      ['of another version', { version: 2 as 1 }],
    ])('sweeps what is %s when it is used for the first time', async (_, changes) => {
      const reopen = await open()
      const store = reopen()
      await store.set('useless', storedSession(changes))
      await store.set(KEY, storedSession())
      const next = reopen()
      expect(await next.get(KEY)).toBeDefined()
      expect(await next.get('useless')).toBeUndefined()
    })
  })
}
