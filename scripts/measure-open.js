import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { openArchive, openFile } from 'registry-api-v2-client/node'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { tarHeader } from '../bench/tar.js'

// Measures what opening an archive costs: npm run measure. The figures of docs/measurements.md come from here.

const folder = mkdtempSync(join(tmpdir(), 'measure-'))
const GIB = 1024 ** 3

/**
 * Writes an archive whose files are holes: so large on the disk as its headers.
 *
 * @param {string} name
 * @param {number} count
 * @param {number} size In bytes, of each file.
 */
async function writeHollow(name, count, size) {
  const path = join(folder, name)
  const file = await open(path, 'w')
  let position = 0
  for (let index = 0; index < count; index++) {
    await file.write(tarHeader(`data/${index}`, size), 0, 512, position)
    position += 512 + Math.ceil(size / 512) * 512
  }
  const images = await createTestArchive()
  await file.write(images, 0, images.length, position)
  await file.close()
  return path
}

/**
 * @param {string} what
 * @param {string} path
 */
async function measure(what, path) {
  const times = []
  let reads = 0
  let bytes = 0
  let size = 0
  for (let round = 0; round < 5; round++) {
    const file = await openFile(path)
    size = file.size
    reads = bytes = 0
    const counted = {
      size,
      /** @type {typeof file.read} */
      read(start, end, signal) {
        reads++
        bytes += end - start
        return file.read(start, end, signal)
      },
    }
    const start = performance.now()
    const archive = await openArchive(counted)
    times.push(performance.now() - start)
    await archive.close()
    await file.close()
  }
  times.sort((one, other) => one - other)
  const time = (times[2] ?? 0).toFixed(1)
  console.log(`| ${what} | ${(size / GIB).toFixed(2)} GiB | ${reads} | ${(bytes / 1000).toFixed(0)} kB | ${time} ms |`)
}

try {
  console.log('| archive | size | reads | bytes read | time (median of 5) |\n| --- | --- | --- | --- | --- |')
  await measure('100 entries of 205 MiB', await writeHollow('large.tar', 100, 205 * 1024 ** 2))
  await measure('5,000 entries of 700 bytes', await writeHollow('5000.tar', 5_000, 700))
  await measure('50,000 entries of 700 bytes', await writeHollow('50000.tar', 50_000, 700))
  await measure('50,000 entries of 100 kB', await writeHollow('50000-larger.tar', 50_000, 100_000))

  const packed = join(folder, 'packed.tar.gz')
  const noise = Buffer.alloc(200 * 1024 ** 2, 'some text that packs well, but not too well; ')
  const archive = await createTestArchive({ images: [{ layers: [{ noise }] }] })
  const gzip = createGzip({ level: 1 })
  const file = await open(packed, 'w')
  gzip.pipe(file.createWriteStream())
  gzip.end(archive)
  await new Promise((resolve) => gzip.once('close', resolve))
  const program = `
    import { readFileSync } from 'node:fs'
    import { openArchive } from 'registry-api-v2-client/node'
    const start = performance.now()
    await (await openArchive(${JSON.stringify(packed)}, { limits: { unpackRatio: 1e6 } })).close()
    const memory = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
    console.log((performance.now() - start).toFixed(0), Math.round(memory / 1024))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  const [time, memory] = stdout.trim().split(' ')
  console.log(`\n210 MB out of gzip into a temporary file: ${time} ms, ${memory} MiB of memory at the most`)
} finally {
  rmSync(folder, { recursive: true })
}
