import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { beginControl } from '../../src/control/controller.ts'
import { createWriting } from '../../src/control/writing.ts'
import { createWriteController, type Digest, type WriteControlOptions, type WriteProgress } from '../../src/index.ts'

// The pace of every writer of tars and folders, as `createWriting` gives it to them.

const KIB = 1024

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets promises settle. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

async function advance(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    await settle()
    vi.advanceTimersByTime(50)
  }
  await settle()
}

/** Writes two blobs of 1 MiB, and counts what has been passed on. */
function startWriting(given: WriteControlOptions = {}) {
  const snapshots: WriteProgress[] = []
  const options = beginControl({
    ...given,
    onProgress(progress: WriteProgress) {
      snapshots.push(progress)
      given.onProgress?.(progress)
    },
  })
  const writing = createWriting(options)
  const blobs = ['config', 'layer'] as const
  let received = 0
  async function write(): Promise<void> {
    const digests = blobs.map((_, index) => `sha256:${String(index).repeat(64)}` as Digest)
    writing.track(
      blobs.map((kind, index) => ({
        ...{ kind, size: 1024 * KIB, mediaType: 'a/b' },
        digest: digests[index] as Digest,
      })),
    )
    writing.phase('write')
    for (const digest of digests) {
      for (let left = 1024 * KIB; left > 0; ) {
        const bytes = Math.min(writing.pieceSize, 64 * KIB, left)
        await writing.turn(bytes, options.signal)
        left -= bytes
        received += bytes
        writing.wrote(digest, bytes)
      }
    }
    writing.phase('done')
  }
  const done = write().finally(writing.end)
  done.catch(() => undefined)
  return { done, snapshots, received: () => received }
}

describe('a write controller', () => {
  it('holds the bytes during a pause, burns no timer, and lets them go on after resume()', async () => {
    const controller = createWriteController()
    const { done, received } = startWriting({
      controller,
      onProgress: ({ blobs }) => blobs[0]?.state === 'written' && blobs[1]?.state === 'waiting' && controller.pause(),
    })
    await advance(1000)
    expect([received(), controller.isPaused, vi.getTimerCount()]).toEqual([1024 * KIB, true, 0])
    controller.resume()
    await done
    expect(received()).toBe(2048 * KIB)
  })

  it('before the writing begins holds even its first byte', async () => {
    const controller = createWriteController()
    controller.pause()
    const { done, received } = startWriting({ controller })
    await advance(1000)
    expect(received()).toBe(0)
    controller.resume()
    await done
    expect(received()).toBe(2048 * KIB)
  })

  it('keeps to maxBytesPerSecond, also where it changes', async () => {
    const controller = createWriteController({ maxBytesPerSecond: 256 * KIB })
    const { done, received, snapshots } = startWriting({ controller, maxBytesPerSecond: 1 })
    await advance(2000)
    expect(received()).toBeGreaterThan(480 * KIB)
    expect(received()).toBeLessThan(580 * KIB)
    const { bytesPerSecond, remainingSeconds } = snapshots.at(-1) as WriteProgress
    expect(bytesPerSecond / KIB).toBeCloseTo(256, -1.5)
    expect(remainingSeconds).toBeGreaterThan(5)
    expect(remainingSeconds).toBeLessThan(7)
    controller.maxBytesPerSecond = undefined
    await done
  })

  it.each([
    [
      'abort()',
      (controller: ReturnType<typeof createWriteController>, _: AbortController, reason: Error) =>
        controller.abort(reason),
    ],
    ['the signal', (_: unknown, aborting: AbortController, reason: Error) => aborting.abort(reason)],
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

  it('is for one transfer: a second one is a TypeError', async () => {
    const controller = createWriteController()
    await startWriting({ controller }).done
    expect(() => startWriting({ controller })).toThrow(/Cannot use controller: it has to be a new one/)
  })

  it.each([0, -1, Number.NaN, '5'])('refuses a maxBytesPerSecond of %s', (value) => {
    const wrong = value as number
    expect(() => createWriteController({ maxBytesPerSecond: wrong })).toThrow(RangeError)
    expect(() => startWriting({ maxBytesPerSecond: wrong })).toThrow(
      /maxBytesPerSecond: it has to be a number of bytes/,
    )
  })
})

describe('the progress of a write', () => {
  it('counts each blob from waiting to written, and never falls', async () => {
    const { done, snapshots } = startWriting()
    await done
    const first = snapshots.find(({ phase }) => phase === 'write') as WriteProgress
    const last = snapshots.at(-1) as WriteProgress
    expect(first.blobs.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    expect(last).toMatchObject({ phase: 'done', writtenBytes: 2048 * KIB, totalBytes: 2048 * KIB, remainingSeconds: 0 })
    expect(last.blobs.map(({ state, kind, writtenBytes }) => [state, kind, writtenBytes])).toEqual([
      ['written', 'config', 1024 * KIB],
      ['written', 'layer', 1024 * KIB],
    ])
    const counts = snapshots.map(({ writtenBytes }) => writtenBytes)
    expect(counts).toEqual([...counts].sort((one, other) => one - other))
  })

  it('tells of bytes at most every 50 ms', async () => {
    const { done, snapshots } = startWriting({ maxBytesPerSecond: 4096 * KIB })
    await advance(1000)
    await done
    expect(snapshots.length).toBeGreaterThan(8)
    expect(snapshots.length).toBeLessThan(20)
  })
})
