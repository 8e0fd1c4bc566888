import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DigestMismatchError, type Image, openArchive, RegistryError, saveArchive } from '../../src/node/index.ts'
import { damaged, withLayerSources } from '../support/changed-image.ts'
import { rejection } from '../support/errors.ts'
import { createPiecesArchive, startSaving } from '../support/saving.ts'
import { writeTar } from '../support/writing.ts'

const folder = mkdtempSync(join(tmpdir(), 'save-'))
const source = join(folder, 'source.tar')
let images: readonly Image[]
/** The tar that `writeArchive` makes of the images. */
let tar: Buffer

beforeAll(async () => {
  writeFileSync(source, await createPiecesArchive())
  images = (await openArchive(source)).images
  tar = Buffer.from(await writeTar(images))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('saveArchive() to a stream', () => {
  it('writes as fast as the stream takes it, and ends the stream', async () => {
    const taken: Buffer[] = []
    let [pending, most] = [0, 0]
    const stream = new Writable({
      highWaterMark: 64 * 1024 * 1024,
      write(bytes: Buffer, _, done) {
        // A slow stream: it looks at the bytes later.
        most = Math.max(most, ++pending)
        setTimeout(() => {
          taken.push(Buffer.from(bytes))
          pending--
          done()
        }, 1)
      },
    })
    await saveArchive(images, stream)
    expect(Buffer.concat(taken).equals(tar)).toBe(true)
    expect([most, stream.writableFinished]).toEqual([1, true])
    expect(stream.listenerCount('error')).toBe(0)
  })

  it.each([
    ['keeps its pieces', new PassThrough({ highWaterMark: 64 * 1024 * 1024 })],
    ['passes them on to a slow one', new PassThrough()],
  ])('writes the right bytes to a stream that %s', async (_, stream) => {
    const taken: Buffer[] = []
    const slow = new Writable({
      write(bytes: Buffer, _, done) {
        setTimeout(() => {
          taken.push(Buffer.from(bytes))
          done()
        }, 5)
      },
    })
    const finished = once(stream.pipe(slow), 'finish')
    await saveArchive(images, stream)
    await finished
    expect(Buffer.concat(taken).equals(tar)).toBe(true)
  })

  it('destroys the stream when bytes are wrong, without its end', async () => {
    const stream = new PassThrough()
    const closed = once(stream, 'close')
    stream.resume()
    await rejection(saveArchive([withLayerSources(images[0], damaged)], stream), DigestMismatchError)
    await closed
    expect([stream.writableFinished, stream.destroyed]).toEqual([false, true])
  })

  it.each([
    [
      'fails',
      (stream: Writable) => stream.destroy(new Error('no more')),
      /Cannot write the archive to the stream: no more/,
    ],
    ['is closed', (stream: Writable) => stream.destroy(), /Cannot write the archive to the stream: .*closed/],
  ])('rejects when the stream %s', async (_, end, message) => {
    const stream = new PassThrough()
    stream.once('data', () => end(stream))
    const error = await rejection(saveArchive(images, stream), RegistryError, message)
    expect(error.code).toBe('STORAGE_FAILED')
  })

  it('rejects when the stream has ended', async () => {
    const stream = new PassThrough()
    stream.resume().end()
    await once(stream, 'close')
    await rejection(saveArchive(images, stream), RegistryError)
  })

  it('ends with an abort while the stream takes nothing', async () => {
    const stream = new Writable({ write() {} })
    const reason = new Error('enough')
    await expect(saveArchive(images, stream, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const aborting = new AbortController()
    const saving = saveArchive(images, stream, { signal: aborting.signal })
    setTimeout(() => aborting.abort(reason), 50)
    await expect(saving).rejects.toBe(reason)
    expect(stream.destroyed).toBe(true)
  })

  it('writes to process.stdout, and leaves it open', async () => {
    const child = startSaving(
      `
      await saveArchive(images, process.stdout)
      process.stdout.write('.')`,
      source,
      folder,
    )
    const [written, said] = await Promise.all([buffer(child.stdout), text(child.stderr)])
    expect(said).toBe('')
    expect(written.equals(Buffer.concat([tar, Buffer.from('.')]))).toBe(true)
  })

  it('rejects when the reader of process.stdout has closed it', async () => {
    const child = startSaving(
      `
      const error = await saveArchive(images, process.stdout).catch((error) => error)
      console.error(error.name, error.code, error.message)`,
      source,
      folder,
    )
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(said).toMatch(
      /^RegistryError STORAGE_FAILED Cannot write the archive to the stream: write EPIPE; keep the reader open until the end\n$/,
    )
  })
})
