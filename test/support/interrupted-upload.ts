import { expect } from 'vitest'
import { NetworkError, type StoredSession } from '../../src/index.ts'
import { MANIFEST_MEDIA_TYPES } from '../../src/oci/media-type.ts'
import { at, type Behave, broken } from './disturbed-push.ts'
import type { createStage } from './upload-stage.ts'

type Stage = Awaited<ReturnType<typeof createStage>>

/** The network fails from the nth chunk on: the push fails, and the registry has the chunks before it. */
export const cutAt = (chunk: number) => at('PATCH', chunk, broken, 99)

/** Pushes until the network fails after so many chunks. Returns the one entry that the push leaves in the store. */
export async function interrupted(stage: Stage, chunks = 4, options: Parameters<Stage['push']>[0] = {}) {
  const { error } = await stage.push({ behave: cutAt(chunks + 1), ...options })
  expect(error).toBeInstanceOf(NetworkError)
  return onlyEntry(stage)
}

/** The one entry of the store. */
export function onlyEntry({ store }: Stage): StoredSession {
  const [entry] = store.entries.values()
  if (!entry || store.entries.size !== 1) return expect.fail(`there are ${store.entries.size} entries`)
  return entry
}

/** Changes these fields of every entry, as somebody else could. */
export function changeEntries(stage: Stage, changes: Partial<StoredSession>): void {
  for (const [key, entry] of stage.store.entries) stage.store.entries.set(key, { ...entry, ...changes })
}

/** Expects the whole image in the registry, and an empty store. */
export async function expectWhole({ registry, store }: Stage): Promise<void> {
  const headers = { accept: MANIFEST_MEDIA_TYPES.join(', ') }
  const tag = await registry.fetch(new Request('https://registry.test/v2/a/manifests/v1', { headers }))
  expect(tag.status).toBe(200)
  const { config, layers } = await tag.json()
  for (const { digest, size } of [config, ...layers]) {
    const blob = await registry.fetch(new Request(`https://registry.test/v2/a/blobs/${digest}`))
    const bytes = await blob.arrayBuffer()
    const sum = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
    expect([`sha256:${sum}`, bytes.byteLength]).toEqual([digest, size])
  }
  expect(store.entries.size).toBe(0)
}

/** Expects no DELETE: others may change a store, so a push does not delete what it names with the rights of its user. */
export function expectNothingDeleted({ registry }: Stage): void {
  expect(registry.requests.filter(({ method }) => method === 'DELETE')).toEqual([])
}

/** Answers requests for the status of an upload by this. */
export function atStatus(act: Behave): Behave {
  return (request, go, ask) =>
    request.method === 'GET' && request.url.includes('/uploads/') ? act(request, go, ask) : go()
}

/** Refuses a request with this status. */
export const refuse = (status: number) => () => new Response(null, { status })
