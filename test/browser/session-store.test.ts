import { get } from 'idb-keyval'
import { describe, expect, it } from 'vitest'
import { browserSessions } from '../../src/index.ts'
import { describeSessionStore, storedSession } from '../support/session-store-contract.ts'
import { describeUnfinishedUploads } from '../support/unfinished-uploads-contract.ts'

describeSessionStore('browserSessions()', async () => {
  const name = crypto.randomUUID()
  return () => browserSessions({ name })
})

describeUnfinishedUploads('browserSessions()', () => browserSessions({ name: crypto.randomUUID() }))

describe('browserSessions()', () => {
  it('keeps what it has in one database, and touches no other', async () => {
    const names = async () => (await indexedDB.databases()).map(({ name }) => name)
    await browserSessions().set('key', storedSession())
    expect(await names()).toContain('registry-api-v2-client')
    expect(await browserSessions({ name: 'another' }).get('key')).toBeUndefined()
    expect(await browserSessions().get('key')).toEqual(storedSession({ savedAt: expect.any(Number) as never }))
    expect(await get('key')).toBeUndefined()
    await browserSessions().delete('key')
  })
})
