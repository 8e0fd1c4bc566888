import { describe, expect, inject, it } from 'vitest'
import {
  dropUnfinishedUpload,
  listTags,
  listUnfinishedUploads,
  openRegistry,
  pushDockerTar,
  type SessionStore,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'

const MIB = 1024 * 1024

/** Random bytes, so that the registry does not have them. */
function randomLayer(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, size)))
  return bytes
}

/** What a user does with the uploads that a push has left open at a real registry. */
export function describeUnfinishedUploads(name: string, open: () => SessionStore): void {
  describe(`unfinished uploads in ${name}`, () => {
    /** Pushes a layer of 6 MiB, and aborts when the registry has a part of it. */
    async function leaveOne(sessions: SessionStore, repository: string) {
      const archive = await createTestArchive({ images: [{ layers: [{ blob: randomLayer(6 * MIB) }] }] })
      const controller = new AbortController()
      const push = (signal?: AbortSignal) =>
        pushDockerTar(archive, inject('registryUrl'), repository, 'v1', {
          ...{ sessions, signal, chunkSize: MIB },
          onProgress: ({ sentBytes }) => sentBytes > 2 * MIB && controller.abort(new Error('enough')),
        })
      await expect(push(controller.signal)).rejects.toThrow('enough')
      return push
    }

    it('are listed with how far they are, without the secret location', async () => {
      const sessions = open()
      const repository = `unfinished/${crypto.randomUUID()}`
      await leaveOne(sessions, repository)
      const [upload, ...others] = await listUnfinishedUploads(sessions)
      expect(others).toEqual([])
      expect(upload).toEqual({
        registry: openRegistry(inject('registryUrl')).url,
        repository,
        digest: expect.stringMatching(/^sha256:/),
        size: expect.any(Number),
        sentBytes: expect.any(Number),
        savedAt: expect.any(Number),
      })
      expect(upload?.sentBytes).toBeGreaterThanOrEqual(MIB)
      expect(upload?.sentBytes).toBeLessThan(upload?.size ?? 0)
      expect(Math.abs(Date.now() - (upload?.savedAt ?? 0))).toBeLessThan(60_000)
    })

    it('are dropped here and at the registry, and the next push begins again', async () => {
      const sessions = open()
      const push = await leaveOne(sessions, `unfinished/${crypto.randomUUID()}`)
      const [upload] = await listUnfinishedUploads(sessions)
      const [session] = (await sessions.list?.()) ?? []
      if (!upload || !session) return expect.fail('there is no unfinished upload')
      const status = async () => (await fetch(session.location)).status
      expect(await status()).toBe(204)
      expect(await dropUnfinishedUpload(inject('registryUrl'), sessions, upload)).toBe(true)
      expect(await status()).toBe(404)
      expect(await listUnfinishedUploads(sessions)).toEqual([])
      expect(await dropUnfinishedUpload(inject('registryUrl'), sessions, upload)).toBe(false)
      await push()
      expect(await listTags(inject('registryUrl'), upload.repository)).toEqual(['v1'])
    })

    it('that the registry has lost are dropped, too', async () => {
      const sessions = open()
      await leaveOne(sessions, `unfinished/${crypto.randomUUID()}`)
      const [upload] = await listUnfinishedUploads(sessions)
      const [session] = (await sessions.list?.()) ?? []
      if (!upload || !session) return expect.fail('there is no unfinished upload')
      await fetch(session.location, { method: 'DELETE' })
      expect(await dropUnfinishedUpload(inject('registryUrl'), sessions, upload)).toBe(false)
      expect(await listUnfinishedUploads(sessions)).toEqual([])
    })

    it('stay when the registry is another one, or does not answer', async () => {
      const sessions = open()
      await leaveOne(sessions, `unfinished/${crypto.randomUUID()}`)
      const [upload] = await listUnfinishedUploads(sessions)
      if (!upload) return expect.fail('there is no unfinished upload')
      await rejection(dropUnfinishedUpload('https://other.test', sessions, upload), TypeError, /not at https:\/\/other/)
      const offline = openRegistry(inject('registryUrl'), {
        retry: 0,
        fetch: () => Promise.reject(new TypeError('Failed to fetch')),
      })
      await expect(dropUnfinishedUpload(offline, sessions, upload)).rejects.toMatchObject({ code: 'NO_ANSWER' })
      expect(await listUnfinishedUploads(sessions)).toEqual([upload])
    })
  })
}
