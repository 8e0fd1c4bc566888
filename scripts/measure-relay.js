import { spawn } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bringArchive } from '../bench/archives.js'
import { largeImage } from '../bench/cases/push.js'
import { startRegistry } from './find/registry.js'

// What a relay costs: a tar of 1.45 GB is piped into scripts/relay-program.js: npm run measure:relay [-- --scale 0.1]
// The archive is kept for the next time, where the benchmarks keep theirs. The figures of docs/measurements.md come from
// here.

const PROGRAM = fileURLToPath(new URL('relay-program.js', import.meta.url))
const { values } = parseArgs({ options: { scale: { type: 'string', default: '1' } } })
const archives = join(tmpdir(), 'registry-api-v2-client-bench')
const folder = mkdtempSync(join(tmpdir(), 'measure-'))
const registry = await startRegistry()

/** @param {'docker-25' | 'docker-1.10'} format */
async function measure(format) {
  const archive = await bringArchive(archives, { ...largeImage(Number(values.scale)), format })
  const temporary = join(folder, format)
  mkdirSync(temporary)
  let files = 0
  const watcher = watch(temporary, () => {
    files++
  })
  const env = { ...process.env, TMPDIR: temporary }
  const begun = performance.now()
  const child = spawn(process.execPath, [PROGRAM, registry.url, `relay/${format}`, 'v1'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [said] = await Promise.all([text(child.stdout), pipeline(createReadStream(archive.path), child.stdin)])
  const seconds = (performance.now() - begun) / 1000
  watcher.close()
  const { peakRss } = JSON.parse(said)
  console.log(
    `| ${format} | ${(archive.size / 1e9).toFixed(2)} GB | ${seconds.toFixed(1)} s | ${Math.round(peakRss / 1e6)} MB | ${files} |`,
  )
}

try {
  mkdirSync(archives, { recursive: true })
  console.log('| as Docker saved it | size | time | peak RSS | changes in the temporary folder |')
  console.log('| --- | --- | --- | --- | --- |')
  await measure('docker-25')
  await measure('docker-1.10')
} finally {
  await registry.stop()
  rmSync(folder, { recursive: true })
}
