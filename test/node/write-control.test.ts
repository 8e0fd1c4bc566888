import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createWriteController,
  type Image,
  openArchive,
  ValidationError,
  type WriteController,
  type WriteOptions,
  type WriteProgress,
  writeArchive,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { writeTar } from '../support/writing.ts'

const KIB = 1024

/** Two layers of 1 MiB and a little more, and how much of their archive was read. */
let images: readonly Image[]
let source: ReturnType<typeof countingSource>
let layerBytes: number

beforeAll(async () => {
  const layers = ['a', 'b'].map((text) => ({ [text]: text.repeat(1024 * KIB) }))
  source = countingSource(await createTestArchive({ images: [{ layers }] }))
  images = (await openArchive(source)).images
  layerBytes = images[0]?.layers.reduce((sum, { size }) => sum + size, 0) ?? 0
  // What is loaded on demand keeps to no clock.
  await writeTar(images)
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets promises settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

async function advance(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    await settle()
    vi.advanceTimersByTime(50)
  }
  await settle()
}

/** Writes the images, and counts what has come. */
function startWriting(options: WriteOptions = {}) {
  const snapshots: WriteProgress[] = []
  const before = source.bytesRead
  let received = 0
  async function write(): Promise<void> {
    const archive = await writeArchive(images, {
      ...options,
      onProgress(progress) {
        snapshots.push(progress)
        options.onProgress?.(progress)
      },
    })
    const reader = archive.stream().getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) received += next.value.byteLength
    await archive.close()
  }
  const done = write()
  done.catch(() => undefined)
  return { done, snapshots, received: () => received, bytesRead: () => source.bytesRead - before }
}

describe('a write controller', () => {
  it('holds the reading in a pause, burns no timer, and lets it go on after resume()', async () => {
    const controller = createWriteController()
    let isDone = false
    const { done, bytesRead, snapshots } = startWriting({
      controller,
      onProgress: ({ blobs }) => !isDone && blobs.filter(isLayer).some(isWritten) && controller.pause(),
    })
    await advance(1000)
    const layers = snapshots.at(-1)?.blobs.filter(isLayer)
    expect(layers?.map(({ state }) => state)).toEqual(['written', 'waiting'])
    expect([controller.isPaused, vi.getTimerCount()]).toEqual([true, 0])
    expect(bytesRead()).toBeLessThan(layerBytes / 2 + 8 * KIB)
    isDone = true
    controller.resume()
    await done
    expect(bytesRead()).toBeGreaterThanOrEqual(layerBytes)
  })

  it('before the writing begins holds even its first read', async () => {
    const controller = createWriteController()
    controller.pause()
    const { done, bytesRead, received } = startWriting({ controller })
    await advance(1000)
    expect([bytesRead(), received() < 4 * KIB]).toEqual([0, true])
    controller.resume()
    await done
    expect(received()).toBeGreaterThan(layerBytes)
  })

  it('keeps to maxBytesPerSecond, also where it changes', async () => {
    const controller = createWriteController({ maxBytesPerSecond: 256 * KIB })
    const { done, received, snapshots } = startWriting({ controller, maxBytesPerSecond: 1 })
    await advance(2000)
    expect(received()).toBeGreaterThan(470 * KIB)
    expect(received()).toBeLessThan(580 * KIB)
    const { bytesPerSecond, remainingSeconds = 0 } = snapshots.at(-1) as WriteProgress
    expect(bytesPerSecond / KIB).toBeGreaterThan(240)
    expect(bytesPerSecond / KIB).toBeLessThan(280)
    expect(remainingSeconds).toBeGreaterThan(5)
    expect(remainingSeconds).toBeLessThan(7)
    controller.maxBytesPerSecond = undefined
    await done
  })

  it('does not count the time of a pause as slow', async () => {
    const controller = createWriteController({ maxBytesPerSecond: 256 * KIB })
    const { done, snapshots } = startWriting({ controller })
    await advance(2000)
    controller.pause()
    await advance(60_000)
    controller.resume()
    await advance(500)
    expect((snapshots.at(-1)?.bytesPerSecond ?? 0) / KIB).toBeGreaterThan(240)
    controller.abort()
    await expect(done).rejects.toThrow(/aborted/)
  })

  it.each<[string, (controller: WriteController, aborting: AbortController, reason: Error) => void]>([
    ['abort()', (controller, _, reason) => controller.abort(reason)],
    ['the signal', (_, aborting, reason) => aborting.abort(reason)],
  ])('ends a pause by %s with its reason', async (_, abort) => {
    const controller = createWriteController()
    const aborting = new AbortController()
    const reason = new Error('enough')
    controller.pause()
    const { done } = startWriting({ controller, signal: aborting.signal })
    await settle()
    abort(controller, aborting, reason)
    await expect(done).rejects.toBe(reason)
  })

  it('gives the progress to any number of readers, until the writing has ended', async () => {
    const controller = createWriteController()
    const readers = [1, 2].map(async () => {
      const phases: string[] = []
      for await (const { phase } of controller) phases.push(phase)
      return phases
    })
    await startWriting({ controller }).done
    for (const phases of await Promise.all(readers)) expect(phases.at(-1)).toBe('done')
  })

  it.each<[string, (controller: WriteController) => Promise<unknown>]>([
    ['is cancelled', async (controller) => (await writeArchive(images, { controller })).stream().cancel()],
    ['is never read', async (controller) => (await writeArchive(images, { controller })).close()],
    ['fails', (controller) => rejection(writeArchive([], { controller }), ValidationError, /no image/)],
  ])('ends its progress where the archive %s', async (_, act) => {
    const controller = createWriteController()
    await act(controller)
    const phases: string[] = []
    for await (const { phase } of controller) phases.push(phase)
    expect(phases).not.toContain('done')
  })

  it('is for one archive: a second one is a TypeError', async () => {
    const controller = createWriteController()
    await startWriting({ controller }).done
    await rejection(startWriting({ controller }).done, TypeError, /Cannot use controller: it has to be a new one/)
  })

  it.each([0, -1, Number.NaN, '5'])('refuses a maxBytesPerSecond of %s', async (value) => {
    const wrong = value as number
    const say = /maxBytesPerSecond: it has to be a number of bytes/
    expect(() => createWriteController({ maxBytesPerSecond: wrong })).toThrow(RangeError)
    await rejection(startWriting({ maxBytesPerSecond: wrong }).done, RangeError, say)
  })
})

describe('the progress of writeArchive()', () => {
  it('counts each blob from waiting to written, and never falls', async () => {
    const { done, snapshots } = startWriting()
    await done
    const [first] = snapshots
    const last = snapshots.at(-1) as WriteProgress
    expect(first).toMatchObject({ phase: 'write', writtenBytes: 0, totalBytes: last.totalBytes })
    expect(new Set(first?.blobs.map(({ state }) => state))).toEqual(new Set(['waiting']))
    expect(last).toMatchObject({ phase: 'done', writtenBytes: last.totalBytes, remainingSeconds: 0 })
    expect(last.blobs.map(({ kind }) => kind)).toEqual(['manifest', 'config', 'layer', 'layer'])
    for (const { state, writtenBytes, size } of last.blobs) expect([state, writtenBytes]).toEqual(['written', size])
    expect(last.totalBytes).toBe(last.blobs.reduce((sum, { size }) => sum + size, 0))
    const counts = snapshots.map(({ writtenBytes }) => writtenBytes)
    expect(counts).toEqual([...counts].sort((one, other) => one - other))
  })

  it('comes at most every 50 ms while bytes are written', async () => {
    const { done, snapshots } = startWriting({ maxBytesPerSecond: 1024 * KIB })
    await advance(1000)
    expect(snapshots.length).toBeGreaterThan(8)
    expect(snapshots.length).toBeLessThan(30)
    await advance(3000)
    await done
  })
})

function isLayer({ kind }: WriteProgress['blobs'][number]): boolean {
  return kind === 'layer'
}

function isWritten({ state }: WriteProgress['blobs'][number]): boolean {
  return state === 'written'
}
