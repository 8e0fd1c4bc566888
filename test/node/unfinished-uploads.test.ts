import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  dropUnfinishedUpload,
  folderSessions,
  listUnfinishedUploads,
  memorySessions,
  openRegistry,
  type SessionStore,
  type UnfinishedUpload,
} from '../../src/node/index.ts'
import { rejection } from '../support/errors.ts'
import { storedSession } from '../support/session-store-contract.ts'
import { describeUnfinishedUploads } from '../support/unfinished-uploads-contract.ts'

const top = mkdtempSync(join(tmpdir(), 'unfinished-'))
afterAll(() => rmSync(top, { recursive: true }))

let count = 0
describeUnfinishedUploads('memorySessions()', memorySessions)
describeUnfinishedUploads('folderSessions()', () => folderSessions(join(top, String(++count))))

/** A store whose one entry is this, under any key. */
const withEntry = (session: object): SessionStore => ({
  get: async () => session as never,
  set: async () => {},
  delete: async () => {},
  list: async () => [session as never],
})

describe('listUnfinishedUploads()', () => {
  it('gives the one that was saved last first', async () => {
    const sessions = memorySessions()
    const now = Date.now()
    for (const age of [2000, 0, 1000])
      await sessions.set(String(age), storedSession({ savedAt: now - age, size: 3000 + age }))
    const uploads = await listUnfinishedUploads(sessions)
    expect(uploads.map(({ savedAt }) => now - savedAt)).toEqual([0, 1000, 2000])
  })

  it('leaves out entries that are too old or damaged', async () => {
    const savedAt = Date.now() - 8 * 24 * 3_600_000
    expect(await listUnfinishedUploads(withEntry(storedSession({ savedAt })))).toEqual([])
    expect(await listUnfinishedUploads(withEntry({ version: 1 }))).toEqual([])
  })

  it('refuses a store that cannot list', async () => {
    const { list: _, ...store } = memorySessions()
    await rejection(listUnfinishedUploads(store), TypeError, /a store with list\(\)/)
    await rejection(listUnfinishedUploads(undefined as never), TypeError, /Cannot use sessions/)
  })
})

describe('dropUnfinishedUpload()', () => {
  const registry = openRegistry('https://registry.test', { fetch: () => expect.fail('a request was sent') })
  const session = storedSession()
  const upload: UnfinishedUpload = { ...session, sentBytes: session.offset }

  it.each([
    ['leads out of the repository', { location: 'https://registry.test/v2/team/other/blobs/uploads/1' }],
    ['names a manifest', { location: 'https://registry.test/v2/team/app/manifests/latest' }],
    ['leads to another host', { location: 'https://evil.test/v2/team/app/blobs/uploads/1' }],
    ['is of another blob', { size: 4000 }],
  ])('sends nothing when the entry %s', async (_, changes) => {
    expect(await dropUnfinishedUpload(registry, withEntry({ ...session, ...changes }), upload)).toBe(false)
  })

  it('keeps the entry, and shows no state of the upload, when the registry refuses', async () => {
    const sessions = memorySessions()
    await sessions.set(`https://registry.test/ team/app ${session.digest}`, session)
    const refusing = openRegistry('https://registry.test', { fetch: async () => new Response('{}', { status: 403 }) })
    const error = await dropUnfinishedUpload(refusing, sessions, upload).catch((error) => error)
    expect(error).toMatchObject({ code: 'ACCESS_DENIED' })
    expect(JSON.stringify(error) + error.message).not.toContain('secret')
    expect(await listUnfinishedUploads(sessions)).toHaveLength(1)
  })
})
