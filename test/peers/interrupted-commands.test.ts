import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveSlowLink } from '../../scripts/slow-link.js'
import { getManifest, openArchive, pushDockerTar } from '../../src/node/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { startCommand } from '../support/command.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { writeLargeArchive } from '../support/large-archive.ts'

// Ctrl-C at many moments: nothing half-made may be left.

const OTHER = 'test/archives/docker-29.8-graph-driver.tar'
const folder = mkdtempSync(join(tmpdir(), 'interrupted-'))
const archive = join(folder, 'app.tar')
const data = join(folder, 'data')
/** 6 MB in 3 layers take a second. */
const LINK = { roundTrip: 20, bitsPerSecond: 48_000_000 }
/** In milliseconds after the start of the process, which takes about 200. */
const MOMENTS = Array.from({ length: 24 }, (_, index) => 150 + index * 70)

let registry: Distribution
let link: Awaited<ReturnType<typeof serveSlowLink>>
/** The digest of the tag before the command. */
let before: string

beforeAll(async () => {
  await writeLargeArchive(archive, { layers: 3, layerMiB: 2, name: 'team/app:v1' })
  registry = await startDistribution({ data })
  link = await serveSlowLink(registry.url, LINK)
  await pushDockerTar(archive, registry.url, 'source', 'v1')
})
afterAll(async () => {
  await link?.stop()
  await registry?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const host = () => new URL(link.url).host

/** Runs a command for each moment, two at once, each on a repository of its own. */
async function interrupt(
  args: (name: string) => readonly string[],
  check: (name: string, outcome: { code: number | null; stderr: string }) => Promise<void>,
  prepare: (name: string) => Promise<unknown> = async () => {},
): Promise<readonly (number | null)[]> {
  const codes: (number | null)[] = []
  const moments = [...MOMENTS]
  await Promise.all(
    Array.from({ length: 2 }, async () => {
      for (let moment = moments.shift(); moment !== undefined; moment = moments.shift()) {
        const name = `at-${moment}`
        await prepare(name)
        const command = startCommand(args(name))
        const timer = setTimeout(() => command.kill('SIGINT'), moment)
        const outcome = await command.outcome
        clearTimeout(timer)
        codes.push(outcome.code)
        // A signal in the first milliseconds ends the process before it listens.
        expect([0, 130, null], outcome.stderr).toContain(outcome.code)
        await check(name, outcome)
      }
    }),
  )
  return codes
}

/**
 * The uploads that are open at a real registry, as its disk shows. Of one that is cancelled before its first byte,
 * distribution 2.8 leaves an empty hash state, but not the file that makes it an upload.
 */
function openUploads(): readonly string[] {
  return readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /_uploads\/[^/]+\/startedat$/.test(path),
  )
}

async function expectOldTag(name: string, code: number | null): Promise<void> {
  const { digest } = await getManifest(registry.url, name, 'v1')
  if (code === 0) expect(digest).not.toBe(before)
  else expect(digest).toBe(before)
}

async function setOldTag(name: string): Promise<void> {
  before = await pushDockerTar(OTHER, registry.url, name, 'v1')
}

describe('Ctrl-C', () => {
  it('ends a push: no upload is open, and the tag is where it was', async () => {
    const args = (name: string) => ['push', archive, `${host()}/push/${name}:v1`]
    const codes = await interrupt(
      args,
      async (name, { code }) => expectOldTag(`push/${name}`, code),
      (name) => setOldTag(`push/${name}`),
    )
    expect(openUploads()).toEqual([])
    expect(codes).toContain(130)
  })

  it('ends a copy: no upload is open, and the tag is where it was', async () => {
    const other = await startDistribution()
    try {
      const args = (name: string) => ['copy', `${new URL(other.url).host}/source:v1`, `${host()}/copy/${name}:v1`]
      await pushDockerTar(archive, other.url, 'source', 'v1')
      const codes = await interrupt(
        args,
        async (name, { code }) => expectOldTag(`copy/${name}`, code),
        (name) => setOldTag(`copy/${name}`),
      )
      expect(openUploads()).toEqual([])
      expect(codes).toContain(130)
    } finally {
      await other.stop()
    }
  })

  it('ends a pull: the file is whole or absent', async () => {
    const output = mkdtempSync(join(folder, 'pulled-'))
    const codes = await interrupt(
      (name) => ['pull', `${host()}/source:v1`, '-o', join(output, `${name}.tar`)],
      async (name, { code }) => {
        if (code !== 0) return
        const pulled = await openArchive(join(output, `${name}.tar`))
        expect(pulled.images).toHaveLength(1)
        await pulled.close()
      },
    )
    expect(readdirSync(output)).toHaveLength(codes.filter((code) => code === 0).length)
    expect(codes).toContain(130)
  })

  it('ends a push to the embedded registry: it has no open upload', async () => {
    const embedded = await serveTestRegistry()
    const slow = await serveSlowLink(embedded.url, LINK)
    try {
      const codes = await interrupt(
        (name) => ['push', archive, `${new URL(slow.url).host}/${name}:v1`],
        async () => {},
      )
      expect(embedded.openUploads).toBe(0)
      expect(codes).toContain(130)
    } finally {
      await slow.stop()
      await embedded.close()
    }
  })
})
