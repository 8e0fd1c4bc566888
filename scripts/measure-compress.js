import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringRegistryBinary, startRegistryBinary } from './find/registry-binary.js'

// Measures a compressed push against `skopeo copy` of the same archive: npm run measure:compress, with the size of a layer in MB,
// how many layers, and encoders after it. The figures of docs/compression.md come from here.

const [megabytes = '290', count = '5', rounds = '3', ...ways] = process.argv.slice(2)
const LAYER = Number(megabytes) * 1e6
const folder = mkdtempSync(join(tmpdir(), 'measure-compress-'))
const archive = join(folder, 'exported.tar')

/**
 * A tar header of a file.
 *
 * @param {string} name
 * @param {number} size
 */
function header(name, size) {
  const block = Buffer.alloc(512)
  block.write(name, 0)
  block.write('0000644\0', 100)
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  block.write('        ', 148)
  block.write('0', 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Writes an archive whose layers are what this machine has in /usr: programs, libraries, texts. */
async function writeArchive() {
  const tar = spawn('tar', ['-cf', '-', '-C', '/', 'usr'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const file = await open(archive, 'w')
  let position = 0
  /** @param {Buffer} bytes */
  const write = async (bytes) => {
    await file.write(bytes, 0, bytes.length, position)
    position += bytes.length
  }
  const padding = (/** @type {number} */ size) => Buffer.alloc((512 - (size % 512)) % 512)
  const pieces = tar.stdout[Symbol.asyncIterator]()
  let rest = Buffer.alloc(0)
  const [diffIds, names] = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])]
  const layerSize = 512 + LAYER + padding(LAYER).length + 1024
  for (let layer = 0; layer < Number(count); layer++) {
    const sha256 = createHash('sha256')
    names.push(`layer-${layer}.tar`)
    await write(header(`layer-${layer}.tar`, layerSize))
    const start = position
    const take = async (/** @type {Buffer} */ bytes) => {
      sha256.update(bytes)
      await write(bytes)
    }
    await take(header('data', LAYER))
    for (let left = LAYER; left > 0; ) {
      if (rest.length === 0) rest = (await pieces.next()).value ?? Buffer.alloc(65536)
      const part = rest.subarray(0, left)
      rest = rest.subarray(part.length)
      left -= part.length
      await take(part)
    }
    await take(Buffer.concat([padding(LAYER), Buffer.alloc(1024)]))
    await write(padding(position - start))
    diffIds.push(`sha256:${sha256.digest('hex')}`)
  }
  tar.kill()
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: diffIds } }),
  )
  const manifest = Buffer.from(JSON.stringify([{ Config: 'config.json', RepoTags: ['team/app:v1'], Layers: names }]))
  for (const [name, bytes] of /** @type {const} */ ([
    ['config.json', config],
    ['manifest.json', manifest],
  ])) {
    await write(Buffer.concat([header(name, bytes.length), bytes, padding(bytes.length)]))
  }
  await write(Buffer.alloc(1024))
  await file.close()
}

/**
 * @param {string} url
 * @param {string} options
 */
const push = (url, options) => `
  import { readFileSync } from 'node:fs'
  import { createPortableEncoder, pushDockerTar } from 'registry-api-v2-client/node'
  await pushDockerTar(${JSON.stringify(archive)}, ${JSON.stringify(url)}, 'team/app', 'v1', ${options})
  console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])`

/** @type {Readonly<Record<string, string>>} */
const OPTIONS = {
  plain: '{}',
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((level) => [`gzip-${level}`, `{ compress: { format: 'gzip', level: ${level} } }`]),
  ),
  portable: "{ compress: 'gzip', createEncoder: createPortableEncoder }",
  zstd: "{ compress: 'zstd' }",
}

/** @param {string} way */
async function measure(way) {
  const binary = bringRegistryBinary()
  if (!binary) throw new Error('Cannot measure: there is no distribution.')
  // A new one each time: it remembers blobs that a wiped folder has no more.
  const data = join(folder, 'data')
  rmSync(data, { recursive: true, force: true })
  const registry = await startRegistryBinary(binary, { data })
  const host = `127.0.0.1:${registry.port}`
  const [program, args] =
    way === 'skopeo'
      ? [
          'skopeo',
          ['copy', '--quiet', '--dest-tls-verify=false', `docker-archive:${archive}`, `docker://${host}/team/app:v1`],
        ]
      : [process.execPath, ['--input-type=module', '-e', push(`http://${host}`, OPTIONS[way] ?? '{}')]]
  const start = performance.now()
  // The time of all processors tells more than the clock where a machine is shared.
  const timed = ['-c', 'TIMEFORMAT="%U %S"; time "$0" "$@"', program, ...args]
  const { stdout, stderr, status } = spawnSync('bash', timed, { encoding: 'utf8' })
  const seconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`${way}: ${stderr}`)
  const times = stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
  const processor = times.reduce((sum, time) => sum + time, 0)
  const answer = await fetch(`http://${host}/v2/team/app/manifests/v1`, {
    headers: {
      accept: 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
    },
  })
  const { layers } = /** @type {{ layers: { size: number }[] }} */ (await answer.json())
  await registry.stop()
  return { seconds, processor, memory: Number(stdout) || 0, size: layers.reduce((sum, { size }) => sum + size, 0) }
}

try {
  await writeArchive()
  const chosen = ways.length > 0 ? ways : ['skopeo', 'gzip-1', 'gzip-4', 'gzip-5', 'gzip-6']
  /** @type {Map<string, Awaited<ReturnType<typeof measure>>[]>} */
  const all = new Map(chosen.map((way) => [way, []]))
  for (let round = 0; round < Number(rounds); round++) for (const way of chosen) all.get(way)?.push(await measure(way))
  const total = LAYER * Number(count)
  console.log(
    `| ${count} layers of ${megabytes} MB | seconds (all runs) | of processors | MB/s | of its size | peak memory |\n| --- | --- | --- | --- | --- |`,
  )
  for (const [way, runs] of all) {
    const seconds = runs.map((run) => run.seconds).sort((one, other) => one - other)
    const median = seconds[Math.floor(seconds.length / 2)] ?? 0
    const processor = Math.min(...runs.map((run) => run.processor))
    const memory = Math.max(...runs.map((run) => run.memory))
    const size = ((runs[0]?.size ?? 0) / total).toFixed(3)
    const shown = memory > 0 ? `${Math.round(memory / 1000)} MB` : '–'
    console.log(
      `| ${way} | ${median.toFixed(1)} (${seconds.map((s) => s.toFixed(1)).join(' ')}) | ${processor.toFixed(1)} | ${(total / 1e6 / median).toFixed(0)} | ${size} | ${shown} |`,
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}
