import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UploadEvent } from '../../src/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { serveByteMeter } from '../support/byte-meter.ts'
import { startDistribution } from '../support/distribution.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { expectStored } from '../support/stored-image.ts'

// Processes that are killed in the middle of a layer of 300 MB, as by `kill -9`, and what the next one sends.

const MIB = 2 ** 20
/** More than what a system keeps of a connection whose process is gone: what is killed within a chunk breaks it off. */
const CHUNK = 16 * MIB
/** In the eleventh chunk. */
const WITHIN = 10 * CHUNK + 2 * MIB
/** After the tenth. */
const BETWEEN = 10 * CHUNK

const folder = mkdtempSync(join(tmpdir(), 'kill-'))
const path = join(folder, 'large.tar')
let archive: LargeArchive
let count = 0

beforeAll(async () => {
  archive = await writeLargeArchive(path, { layers: 1, layerMiB: 300, name: 'team/large:v1' })
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Outcome {
  readonly events: readonly UploadEvent[]
  /** How far the first progress was that told of the layer. */
  readonly firstSent: number
}

/** Pushes in a process of its own, and gives what it said before it ended; nothing if it was killed. */
async function pushOnce(
  url: string,
  sessions: string,
  { killAfter, onStart }: { killAfter?: number; onStart?: (child: ChildProcess) => void } = {},
): Promise<Outcome | undefined> {
  const parameters = [path, url, 'team/large', sessions, String(CHUNK), ...(killAfter ? [String(killAfter)] : [])]
  const child = spawn(process.execPath, ['test/support/resume-program.js', ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onStart?.(child)
  const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (signal === 'SIGKILL') return undefined
  expect(code).toBe(0)
  return JSON.parse(said)
}

/** Pushes and is killed, within a chunk or between two; pushes again, and tells what that sent, the protocol included. */
async function pushTwice(upstream: string, kill: 'within' | 'between'): Promise<{ outcome: Outcome; again: number }> {
  const sessions = join(folder, String(count++))
  let child: ChildProcess | undefined
  const meter = await serveByteMeter(upstream, (bytes) => {
    if (kill === 'within' && bytes > WITHIN && !child?.killed) child?.kill('SIGKILL')
  })
  const onStart = (started: ChildProcess) => {
    child = started
  }
  const killed = await pushOnce(meter.url, sessions, { onStart, ...(kill === 'between' && { killAfter: BETWEEN }) })
  expect(killed).toBeUndefined()
  expect(readdirSync(sessions)).toHaveLength(1)
  const before = meter.sentBytes
  const outcome = await pushOnce(meter.url, sessions)
  const again = meter.sentBytes - before
  await meter.close()
  expect(readdirSync(sessions)).toEqual([])
  return { outcome: outcome ?? expect.fail('it was killed again'), again }
}

describe('pushDockerTar() of the built package with folderSessions(), killed in the middle of 300 MB', () => {
  it('goes on in the next process: distribution 3 gets less than one chunk twice', { timeout: 120_000 }, async () => {
    const registry = await serveTestRegistry({ profile: 'distribution-3' })
    const { outcome } = await pushTwice(registry.url, 'within')
    const [event] = outcome.events
    if (event?.kind !== 'resume') return expect.fail(JSON.stringify(outcome.events))
    // The bytes of the broken chunk that arrived count.
    expect(event.resumedBytes).toBeGreaterThan(BETWEEN)
    expect(outcome.firstSent - event.resumedBytes).toBeLessThan(1000)
    expect(registry.bodyBytes).toBeGreaterThanOrEqual(archive.layerBytes)
    expect(registry.bodyBytes - archive.layerBytes).toBeLessThan(CHUNK)
    await expectStored(registry.url, 'team/large', 'v1', archive)
    expect(registry.openUploads).toBe(0)
    await registry.close()
  })

  it('goes on with a real distribution 2.8, if it was killed between two chunks', { timeout: 120_000 }, async () => {
    const registry = await startDistribution()
    const { outcome, again } = await pushTwice(registry.url, 'between')
    expect(outcome.events).toMatchObject([{ kind: 'resume', resumedBytes: BETWEEN }])
    expect(again).toBeLessThan(archive.layerBytes - BETWEEN + 100_000)
    await expectStored(registry.url, 'team/large', 'v1', archive)
    await registry.stop()
  })

  it('begins anew with a real distribution 2.8, if it was killed within a chunk', { timeout: 120_000 }, async () => {
    const registry = await startDistribution()
    const { outcome, again } = await pushTwice(registry.url, 'within')
    expect(outcome.events).toMatchObject([{ kind: 'restart', lostBytes: BETWEEN }])
    expect(again).toBeGreaterThan(archive.layerBytes)
    await expectStored(registry.url, 'team/large', 'v1', archive)
    await registry.stop()
  })
})
