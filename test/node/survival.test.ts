// A fault of a disk, a path or a pipe is an error of one call. It never ends the process, and leaves nothing behind.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openArchive, openRegistry, pushDockerTar, TarReadError, validateDockerTar } from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { asPath } from '../support/archive-path.ts'
import { rejection } from '../support/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'survival-'))
afterAll(() => rmSync(folder, { recursive: true }))

const RUNTIMES = [
  ['Node', `${process.execPath}`],
  ['Deno', 'node_modules/.bin/deno run --allow-all --no-lock'],
  ['Bun', 'node_modules/.bin/bun run --unhandled-rejections=strict'],
] as const

/** Runs a program of the built package, and gives its exit code and its output. Its files have at most 1 MiB: its disk is full then. */
async function run(runtime: string, name: string): Promise<{ readonly code: number; readonly output: string }> {
  const script = `trap '' XFSZ; ulimit -f 2048; exec ${runtime} test/support/survival-program.js ${name}`
  // dash counts in blocks of 512 bytes.
  const child = spawn('dash', ['-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A session of its own has no terminal.
    detached: true,
    env: { ...process.env, TMPDIR: folder },
  })
  const exit = once(child, 'exit')
  const output = await text(child.stdout)
  const [code] = await exit
  return { code, output: output.trim() }
}

function makePipe(name: string): string {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  return path
}

/** The paths of all files that this process has open. */
const openPaths = () =>
  readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      // Closed meanwhile.
      return ''
    }
  })
const openings = (path: string) => openPaths().filter((open) => open === path).length
const openSpools = () => openPaths().filter((open) => open.includes('registry-api-v2-client-spool-'))

describe('the tests', () => {
  it('end with the first rejection that nobody handles, and so do the programs that they start', () => {
    expect(process.execArgv).toContain('--unhandled-rejections=strict')
    expect(process.env.NODE_OPTIONS).toContain('--unhandled-rejections=strict')
  })
})

describe('a full disk', () => {
  it.each(RUNTIMES)(
    'while an archive is spooled rejects in %s, also while the next piece is awaited',
    async (_, runtime) => {
      const { code, output } = await run(runtime, 'spool')
      expect(output).toMatch(/^RegistryError: Cannot spool .*TMPDIR/)
      expect(code).toBe(0)
      expect(readdirSync(folder).filter((name) => name.includes('spool'))).toEqual([])
    },
  )

  it.each(RUNTIMES)('while layers are compressed rejects in %s', async (_, runtime) => {
    const { code, output } = await run(runtime, 'compress')
    expect(output).toMatch(/^RegistryError: Cannot spool .*TMPDIR/)
    expect(code).toBe(0)
    expect(readdirSync(folder).filter((name) => name.includes('spool'))).toEqual([])
  })
})

describe('a path that cannot be opened', () => {
  it.each(RUNTIMES)('rejects in %s: a socket, and a terminal where there is none', async (_, runtime) => {
    const { code, output } = await run(runtime, 'paths')
    expect(output.split('\n')).toEqual([
      expect.stringMatching(/^TarReadError: Cannot open ".*": it is a socket/),
      expect.stringMatching(/^TarReadError: Cannot open ".*": ENXIO/),
    ])
    expect(code).toBe(0)
  })

  it('rejects for each function that takes a path', async () => {
    const path = join(folder, 'socket')
    const server = createServer().listen(path)
    await once(server, 'listening')
    await rejection(validateDockerTar(path), TarReadError, /it is a socket; pass a file/)
    await rejection(openArchive(path), TarReadError, /it is a socket/)
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    await rejection(pushDockerTar(path, registry, 'a', 'v1'), TarReadError, /it is a socket/)
    await rejection(validateDockerTar('/dev/ptmx'), TarReadError, /it is a terminal/)
    server.close()
  })
})

describe('a pipe that nobody writes to', () => {
  it('ends with an abort, blocks no other file, and is closed', async () => {
    const path = makePipe('silent')
    const opening = Array.from({ length: 4 * availableParallelism() + 4 }, () =>
      openArchive(path, { signal: AbortSignal.timeout(50) }),
    )
    for (const { status } of await Promise.allSettled(opening)) expect(status).toBe('rejected')
    expect(await readFile('package.json', 'utf8')).toBe(readFileSync('package.json', 'utf8'))
    await expect.poll(() => openings(path)).toBe(0)
  })

  it('is read once somebody writes to it', async () => {
    const path = makePipe('late')
    const opening = openArchive(path)
    await new Promise((go) => setTimeout(go, 100))
    const writer = spawn('sh', ['-c', `cat '${await asPath(await createTestArchive())}' > '${path}'`])
    const exit = once(writer, 'exit')
    const archive = await opening
    expect(archive.images).toHaveLength(1)
    await archive.close()
    await exit
    await expect.poll(() => openings(path)).toBe(0)
  })

  it.each(RUNTIMES)('lets other files be read and the process end in %s', async (_, runtime) => {
    const { code, output } = await run(runtime, 'pipe')
    expect(output).toBe('TimeoutError\nfiles can be read')
    expect(code).toBe(0)
  })

  it.each(RUNTIMES)('is read in %s once somebody writes to it', async (_, runtime) => {
    const { code, output } = await run(runtime, 'late')
    expect(output).toBe('1 image')
    expect(code).toBe(0)
  })
})

describe('a pipe that somebody holds open, and writes nothing or too little to', () => {
  it.each(['', 'a few bytes'])('ends with an abort, and is closed: %j', async (written) => {
    const path = makePipe(`held-${written.length}`)
    const writer = spawn('sh', ['-c', `exec > '${path}'; printf '${written}'; exec sleep 60`])
    const aborted = rejection(openArchive(path, { signal: AbortSignal.timeout(300) }), Error, /abort|timeout/i)
    await aborted.finally(() => writer.kill())
    await expect.poll(() => openings(path)).toBe(0)
  })

  it('rejects where it ends with nothing', async () => {
    const path = makePipe('empty')
    const opening = rejection(openArchive(path), TarReadError)
    await new Promise((go) => setTimeout(go, 50))
    spawn('sh', ['-c', `: > '${path}'`])
    await opening
  })
})

describe('an abort at any time', () => {
  it('leaves no file open, and no temporary file', async () => {
    vi.stubEnv('TMPDIR', folder)
    const tar = await createTestArchive({ images: [{ layers: [{ large: 'x'.repeat(2_000_000) }] }] })
    const path = await asPath(tar)
    async function* slow() {
      for (let start = 0; start < tar.length; start += 100_000) {
        yield tar.subarray(start, start + 100_000)
        await new Promise((go) => setTimeout(go, 1))
      }
    }
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    for (let time = 0; time < 60; time++) {
      const options = { signal: AbortSignal.timeout(time), compress: 'gzip' } as const
      const input = time % 2 ? path : slow()
      await pushDockerTar(input, registry, 'a', `${time}`, options).catch(() => undefined)
    }
    vi.unstubAllEnvs()
    await expect.poll(() => openings(path)).toBe(0)
    expect(openSpools()).toEqual([])
    expect(readdirSync(folder).filter((name) => name.includes('spool'))).toEqual([])
  })
})
