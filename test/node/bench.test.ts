import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// That the benchmarks run and say what they should. What they measure is no matter of a test.

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
afterAll(() => rmSync(folder, { recursive: true }))

const bench = (...words: string[]) =>
  run(process.execPath, ['bench/run.js', ...words], { env: { ...process.env, TMPDIR: folder }, timeout: 240_000 })
const read = (name: string) => readFileSync(join(folder, 'registry-api-v2-client-bench', 'scale-0.0005', name), 'utf8')

describe('the benchmarks', () => {
  let said: string
  beforeAll(async () => {
    const cases = ['node-large', 'index', 'compress', 'pull-node', 'copy-present'].flatMap((name) => ['--case', name])
    const { stdout } = await bench('--scale', '0.0005', '--rounds', '1', ...cases)
    said = stdout
  }, 240_000)

  it('pair each push with the floor, and write down every sample', () => {
    const { scale, cases } = JSON.parse(read('latest.json'))
    expect(scale).toBe(0.0005)
    expect(Object.keys(cases)).toEqual(['node-large', 'compress', 'pull-node', 'copy-present', 'index'])
    const { sdk, curl } = cases['node-large'].contenders
    for (const { samples } of [sdk, curl]) {
      expect(samples).toHaveLength(1)
      for (const figure of ['seconds', 'cpuSeconds', 'peakBytes', 'readBytes'])
        expect(samples[0][figure]).toBeGreaterThan(0)
    }
    // A session and the bytes, for five layers and the config.
    expect(curl.counts.methods).toEqual({ POST: 6, PUT: 6 })
    expect(sdk.counts.layerBytesRead).toBeGreaterThanOrEqual(5 * 0.0005 * 290_000_000)
    expect(sdk.counts.methods.POST).toBe(6)
  })

  it('compress layers of what npm has installed, and send less than there is', () => {
    const { compress } = JSON.parse(read('latest.json')).cases
    for (const name of ['sdk-zstd', 'sdk-gzip']) {
      const { sentBytes, layerBytesRead } = compress.contenders[name].counts
      expect(layerBytesRead).toBeGreaterThanOrEqual(5 * 0.0005 * 290_000_000)
      expect(sentBytes).toBeLessThan(layerBytesRead / 2)
    }
  })

  it('pair each pull with curl, and count what is received', () => {
    const { floor, bytes, contenders } = JSON.parse(read('latest.json')).cases['pull-node']
    expect(floor).toBe('curl')
    for (const name of ['sdk', 'curl', 'plain-fetch']) {
      const { samples, counts } = contenders[name]
      expect(samples).toHaveLength(1)
      for (const figure of ['seconds', 'cpuSeconds', 'peakBytes']) expect(samples[0][figure]).toBeGreaterThan(0)
      expect(counts.receivedBytes).toBeGreaterThanOrEqual(bytes)
    }
    // The manifest, the config and the layers.
    expect(contenders.sdk.counts.methods).toEqual({ GET: 7 })
    expect(contenders.curl.counts.methods).toEqual({ GET: 6 })
  })

  it('count the requests of a copy to both registries', () => {
    const { sdk } = JSON.parse(read('latest.json')).cases['copy-present'].contenders
    expect(sdk.counts).toMatchObject({ methods: { HEAD: 2 }, sentBytes: 0, receivedBytes: 0 })
    expect(sdk.samples[0].peakBytes).toBeGreaterThan(0)
  })

  it('hold what was measured against the targets, and show it', () => {
    const page = read('benchmarks.md')
    for (const text of [said, page]) {
      expect(text).toMatch(
        /\| Node push of 1.45 GB: time against the floor of `curl` \| at most 1.10 \| [\d.]+ \| (not )?met \|/,
      )
      expect(text).toMatch(/\| Node push of 8 GB: peak memory \| at most 130 MB \| – \| not measured \|/)
    }
    expect(page).toContain('### `index`: 50,000 entries of 700 bytes')
    expect(read('benchmarks.svg')).toMatch(/^<svg .*>curl, 5 at once, no hashing<.*<\/svg>\n$/s)
  })

  it('name the cases that there are, where they are asked for another', async () => {
    await expect(bench('--case', 'nothing')).rejects.toThrow(/--case has to be one of node-large, .*, not nothing/)
  })
})
