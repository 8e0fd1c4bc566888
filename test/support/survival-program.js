// A user's program with one fault, run by Node, Deno and Bun alike: <program> <name of the fault>. It prints the errors that it catches.
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openArchive, openRegistry, pushDockerTar, validateDockerTar } from 'registry-api-v2-client/node'
import { createTestArchive, createTestRegistry } from 'registry-api-v2-client/testing'

const folder = mkdtempSync(join(tmpdir(), 'fault-'))
/** @param {Error} error */
const print = ({ name, message }) => process.stdout.write(`${name}: ${message}\n`)
/** @param {number} milliseconds */
const wait = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds))

/** @type {Record<string, () => Promise<unknown>>} */
const FAULTS = {
  async spool() {
    async function* slow() {
      yield new Uint8Array(8 * 1024 * 1024).fill(1)
      await wait(300)
      yield new Uint8Array(1024)
    }
    await openArchive(slow()).catch(print)
  },

  async compress() {
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    const layers = [1, 2].map((layer) => ({ [`${layer}`]: randomBytes(6 * 1024 * 1024).toString('hex') }))
    const archive = await createTestArchive({ images: [{ layers }] })
    await pushDockerTar(archive, registry, 'a', 'v1', { compress: 'gzip' }).catch(print)
  },

  async paths() {
    const path = join(folder, 'socket')
    const server = createServer()
    await new Promise((listening) => server.listen(path, () => listening(undefined)))
    await validateDockerTar(path).catch(print)
    server.close()
    // There is none in a session of its own.
    await validateDockerTar('/dev/tty').catch(print)
  },

  async pipe() {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    for (let opened = 0; opened < 3; opened++)
      await openArchive(path, { signal: AbortSignal.timeout(50) }).catch(() => {})
    await openArchive(path, { signal: AbortSignal.timeout(50) }).catch(({ name }) => process.stdout.write(`${name}\n`))
    await readFile('package.json').then(() => process.stdout.write('files can be read'))
  },

  async late() {
    const [path, file] = [join(folder, 'late'), join(folder, 'image.tar')]
    execFileSync('mkfifo', [path])
    writeFileSync(file, await createTestArchive())
    spawn('sh', ['-c', `sleep 0.1; cat '${file}' > '${path}'`])
    const archive = await openArchive(path)
    process.stdout.write(`${archive.images.length} image`)
    await archive.close()
  },
}

await FAULTS[process.argv[2] ?? '']?.()
rmSync(folder, { recursive: true })
