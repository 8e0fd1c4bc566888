import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { serveSlowLink } from '../../../scripts/slow-link.js'
import { formatBars } from '../../../src/cli/terminal/bars.ts'
import { createProgressReader, type SdkProgress } from '../../../src/cli/terminal/progress.ts'
import { formatProgressLine, progressDocument } from '../../../src/cli/terminal/progress-lines.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'
import { writeLargeArchive } from '../../support/large-archive.ts'

const folder = mkdtempSync(join(tmpdir(), 'command-progress-'))
const archive = join(folder, 'app.tar')
const SHOW_CURSOR = '\x1b[?25h'
let links: ReadonlyArray<Awaited<ReturnType<typeof serveSlowLink>>>
let host: string
/** On this link, the archive takes about 7 seconds. */
let slowHost: string

beforeAll(async () => {
  const speeds = [40_000_000, 7_000_000]
  const open = (bitsPerSecond: number) => serveSlowLink(inject('registryUrl'), { roundTrip: 10, bitsPerSecond })
  links = await Promise.all(speeds.map(open))
  ;[host, slowHost] = links.map(({ url }) => new URL(url).host) as [string, string]
  await writeLargeArchive(archive, { layers: 3, layerMiB: 2, name: 'app:v1' })
})
afterAll(async () => {
  await Promise.all(links.map(({ stop }) => stop()))
  rmSync(folder, { recursive: true })
})

describe('registry-client push, while it runs', { concurrent: true }, () => {
  it('draws a bar for each blob under way and one in all, and leaves only the result', async () => {
    const { code, screen, screens, raw } = await runInTerminal(['push', archive, `${host}/progress/bars:v1`], {
      columns: 120,
    })
    expect(code).toBe(0)
    const middle = screens.find((drawn) => /pushing +\[=+> +\] .* left {2}\d of 4 blobs/.test(drawn))
    expect(middle).toMatch(/^[0-9a-f]{12} \[=*> *\] [\d.]+ [kM]?B\/2\.10 MB$/m)
    expect(screen).toMatch(/^[^\n]+\/progress\/bars:v1@sha256:\w+$/)
    expect(raw.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'))
  })

  it('draws bars that fit after the terminal changed its size, and leaves nothing of the old ones', async () => {
    const { code, screen, screens } = await runInTerminal(['push', archive, `${slowHost}/progress/resized:v1`], {
      columns: 120,
      keys: [
        { after: 'of 4 blobs', resize: { columns: 44, rows: 12 } },
        { after: 'pushing ', resize: { columns: 100, rows: 30 } },
      ],
    })
    expect(code).toBe(0)
    expect(screens).toContainEqual(expect.stringMatching(/^pushing +\[=*>? *\] [\d.]+ [kM]?B\/6\.30 MB$/m))
    // A bar that is left would be a second one.
    for (const drawn of screens) expect(drawn.match(/^pushing /gm)?.length ?? 0).toBeLessThan(2)
    expect(screens.findLast((drawn) => drawn.includes('pushing '))).toContain(' of 4 blobs')
    expect(screen).toMatch(/^[^\n]+\/progress\/resized:v1@sha256:[^\n]+\n\w+$/)
  })

  it('prints lines above the bars', async () => {
    const args = ['push', archive, `${host}/progress/above:v1`, '--debug']
    const { code, screen, screens } = await runInTerminal(args, { columns: 160 })
    expect(code).toBe(0)
    expect(screens.some((drawn) => /^debug: .*\npushing /ms.test(drawn))).toBe(true)
    const lines = screen.split('\n')
    expect(lines.slice(0, -1)).toEqual(
      lines.slice(0, -1).map(() => expect.stringMatching(/^debug: [A-Z]+ http\S+ \d+/)),
    )
    expect(lines.at(-1)).toMatch(/\/progress\/above:v1@sha256:\w+$/)
  })

  it('prints a plain line now and then into a pipe', async () => {
    const { code, stderr } = await runCommand(['push', archive, `${slowHost}/progress/lines:v1`])
    expect(code).toBe(0)
    // The speed is not known at once.
    expect(stderr).toMatch(/^(pushing: [\d.]+ [kM]?B of 6\.30 MB \(\d+ %\)(, [\d.]+ [kM]B\/s, \d+ s left)?\n){1,12}$/)
    expect(stderr).toMatch(/ MB of 6\.30 MB \(\d+ %\), [\d.]+ [kM]B\/s, \d+ s left\n/)
  })

  it('prints plain lines on a terminal with --no-tty, and in CI', async () => {
    for (const [args, env] of [
      [['--no-tty'], {}],
      [[], { CI: 'true' }],
    ] as const) {
      const { raw } = await runInTerminal(['push', archive, `${host}/progress/plain:v1`, ...args], { env })
      expect(raw).not.toContain('\x1b')
    }
  })

  it('prints lines of JSON with --json', async () => {
    const { code, stderr } = await runCommand(['push', archive, `${slowHost}/progress/json:v1`, '--json'])
    expect(code).toBe(0)
    const lines = stderr.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('progress.totalBytes')
  })

  it('prints no progress with --quiet', async () => {
    const { code, stderr } = await runCommand(['push', archive, `${host}/progress/quiet:v1`, '--quiet'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
  })

  it('cleans up after Ctrl-C, shows the cursor again and exits with 130', async () => {
    const { code, screen, raw } = await runInTerminal(['push', archive, `${host}/progress/abort:v1`], {
      keys: [{ after: '] ', press: '\x03' }],
    })
    expect(code).toBe(130)
    expect(screen).toMatch(/^Interrupted\. Cleaning up; .*\nerror: Interrupted\n {2}No incomplete files are left\.$/)
    expect(raw.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'))
  })
})

const blobs = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: `sha256:${String(index).padStart(64, '0')}` as const,
    size: 1_000_000,
    repository: 'a',
    kind: 'layer' as const,
    state: 'uploading' as const,
    sentBytes: 500_000,
  }))
const push = (count: number): SdkProgress => ({
  phase: 'blobs',
  sentBytes: count * 500_000,
  totalBytes: count * 1_000_000,
  bytesPerSecond: 24_000_000,
  remainingSeconds: 45,
  blobs: blobs(count),
})
const read = (progress: SdkProgress) => createProgressReader()(progress)

describe('formatBars', () => {
  it.each([
    [24, 80],
    [24, 40],
    [10, 20],
    [3, 10],
    [1, 4],
  ])('fits 100 blobs on a terminal of %i rows and %i columns', (rows, columns) => {
    const lines = formatBars(read(push(100)), { rows, columns })
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows / 2))
    for (const line of lines) expect(line.length).toBeLessThan(columns)
  })

  it('counts the blobs that have no bar', () => {
    expect(formatBars(read(push(100)), { rows: 24, columns: 80 }).at(-2)).toBe('and 90 more')
  })
})

describe('formatProgressLine', () => {
  it.each<[SdkProgress, string]>([
    [push(2), 'pushing: 1.00 MB of 2.00 MB (50 %), 24.0 MB/s, 45 s left'],
    [{ readBytes: 250, totalBytes: 1000 }, 'reading: 250 B of 1.00 kB (25 %)'],
    [{ doneBytes: 0, totalBytes: 0 }, 'packing: 0 B of 0 B'],
    [{ phase: 'spool', doneBytes: 5_000_000, totalBytes: undefined }, 'reading: 5.00 MB'],
    [{ phase: 'delete', done: 3, total: 12 }, 'deleting: 3 of 12 (25 %)'],
  ])('formats %o', (progress, line) => {
    expect(formatProgressLine(read(progress))).toBe(line)
  })

  it('measures the speed of what tells none', () => {
    let now = 0
    const reader = createProgressReader(() => now)
    reader({ readBytes: 0, totalBytes: 10_000_000 })
    now = 2000
    const line = formatProgressLine(reader({ readBytes: 4_000_000, totalBytes: 10_000_000 }))
    expect(line).toBe('reading: 4.00 MB of 10.0 MB (40 %), 2.00 MB/s, 3 s left')
  })
})

describe('progressDocument', () => {
  it('has the same size for many blobs', () => {
    const size = (count: number) => JSON.stringify(progressDocument(read(push(count)))).length
    expect(size(1000)).toBeLessThan(size(1) + 20)
  })
})
