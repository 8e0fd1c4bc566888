import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, describe, expect, inject, it, vi } from 'vitest'
import {
  type Archive,
  type ArchiveInput,
  openArchive,
  RegistryError,
  TarReadError,
  ValidationError,
  validateDockerTar,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { asPath } from '../support/archive-path.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'
import { gzip } from '../support/packing.ts'

const bytes = await createTestArchive()
const folder = mkdtempSync(join(tmpdir(), 'inputs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const openFiles = () => readdirSync('/proc/self/fd').length

/** A file that has lost its name is still named so. */
function isSpoolFile(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).includes('registry-api-v2-client-spool-')
  } catch {
    // Closed meanwhile.
    return false
  }
}

/** What our spooling has left in the folder for temporary files. */
const spools = () => readdirSync(tmpdir()).filter((name) => name.startsWith('registry-api-v2-client-spool-'))
afterEach(() => expect(spools()).toEqual([]))

const expectOneImage = async (archive: Archive) => {
  expect(archive.images).toHaveLength(1)
  const [layer] = archive.images[0]?.layers ?? []
  expect((await layer?.source?.read(0, 512))?.length).toBe(512)
  await archive.close()
}

function piecewise(size = 1000): ReadableStream<Uint8Array> {
  let start = 0
  return new ReadableStream({
    pull(controller) {
      if (start >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(start, start + size))
      start += size
    },
  })
}

const STREAMS: Readonly<Record<string, () => ArchiveInput>> = {
  'a Response': () => new Response(bytes),
  'a ReadableStream in small pieces': () => piecewise(7),
  'a stream of Node': () => Readable.from([Buffer.from(bytes)]),
  'an async generator': async function* () {
    yield bytes.subarray(0, 3)
    yield bytes.subarray(3)
  } as () => ArchiveInput,
}

describe('openArchive() of a stream', () => {
  it.each(Object.entries(STREAMS))('spools %s', async (_, make) => {
    await expectOneImage(await openArchive(make()))
    await expectOneImage(await node.openArchive(make()))
  })

  it('spools a packed stream', async () => {
    await expectOneImage(await node.openArchive(new Response(await gzip(bytes))))
  })

  it('refuses a response that is a refusal, or has been read, and a stream of texts', async () => {
    const refused = openArchive(new Response('no', { status: 404 }))
    await rejection(refused, RegistryError, /the response: it has status 404/)
    await rejection(validateDockerTar(new Response('no', { status: 404 })), RegistryError)
    const read = new Response(bytes)
    await read.arrayBuffer()
    await rejection(openArchive(read), RegistryError, /one that was read already/)
    await rejection(openArchive(new Response(null)), RegistryError, /has no body/)
    await expect(openArchive(Readable.from(['text']))).rejects.toThrow(TypeError)
  })

  it('reads all that a child process has written, also after its end', async () => {
    const path = join(folder, 'small.tar')
    writeFileSync(path, bytes)
    const save = () => spawn('cat', [path]).stdout
    await expectOneImage(await node.openArchive(save()))
    const url = inject('registryUrl')
    const repository = `child/${Date.now().toString(36)}`
    const digest = await node.pushStream(save(), url, repository, 'v1')
    expect(await node.pushDockerTar(save(), url, repository, 'v2')).toBe(digest)
  })

  it('passes on why a stream broke off', async () => {
    const failure = new Error('connection reset')
    const broken = new ReadableStream({ pull: (controller) => controller.error(failure) })
    await expect(node.openArchive(broken)).rejects.toBe(failure)
  })

  it('stops at an abort while nothing comes, and lets go of the stream', async () => {
    const reason = new Error('enough')
    const cancel = vi.fn()
    const signal = () => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(reason), 20)
      return controller.signal
    }
    await expect(node.openArchive(new ReadableStream({ cancel }), { signal: signal() })).rejects.toBe(reason)
    expect(cancel).toHaveBeenCalled()
    const silent = new Readable({ read: () => {} })
    await expect(node.openArchive(silent, { signal: signal() })).rejects.toBe(reason)
    expect(silent.destroyed).toBe(true)
  })

  it('tells at once that what came is damaged, though more may come', async () => {
    const cancel = vi.fn()
    // A block of a type that there is not.
    const pieces = [(await gzip(bytes)).slice(0, 10), new Uint8Array(5000).fill(0xff)]
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const piece = pieces.shift()
      // Afterwards nothing comes, for ever.
      return piece ? controller.enqueue(piece) : new Promise<void>(() => {})
    }
    await rejection(node.openArchive(new ReadableStream({ pull, cancel })), TarReadError, /gzip data are damaged/)
    expect(cancel).toHaveBeenCalled()
  })

  it('lets go of a stream that it refuses', async () => {
    const cancel = vi.fn()
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100_000)), cancel })
    await rejection(node.openArchive(endless, { limits: { spoolSize: 10 ** 6 } }), TarReadError, /more than 1000000/)
    expect(cancel).toHaveBeenCalled()
    const packed = new ReadableStream({
      pull: (controller) => controller.enqueue(Uint8Array.from([0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 1, 1, 1])),
      cancel,
    })
    await rejection(node.openArchive(packed), TarReadError, /bzip2/)
    expect(cancel).toHaveBeenCalledTimes(2)
  })
})

describe('openArchive() of a path', () => {
  it('reads a pipe', async () => {
    const path = join(folder, 'pipe')
    await once(spawn('mkfifo', [path]), 'exit')
    const writer = spawn('sh', ['-c', `cat '${await asPath(bytes)}' > '${path}'`])
    const exit = once(writer, 'exit')
    await expectOneImage(await node.openArchive(path))
    await exit
  })

  it('reads the files of a folder, with links inside it but none out of it', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    const path = join(folder, 'layout')
    for (const [name, data] of layout.files) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), data)
    }
    await expectOneImage(await node.openArchive(path))
    const index = join(path, 'index.json')
    writeFileSync(join(path, 'other.json'), layout.files.get('index.json') ?? '')
    rmSync(index)
    symlinkSync('other.json', index)
    await expectOneImage(await node.openArchive(path))
    writeFileSync(join(folder, 'outside.json'), layout.files.get('index.json') ?? '')
    rmSync(index)
    symlinkSync('../outside.json', index)
    await rejection(node.openArchive(path), ValidationError, /Cannot find images/)
    await rejection(node.openArchive(path, { limits: { entries: 1 } }), ValidationError, /more than 1 files/)
  })

  it('is told of addresses and promises what to give instead', async () => {
    await rejection(
      node.openArchive('https://bob:secret@x.example/a.tar'),
      TypeError,
      /"https:\/\/x\.example.*fetch\(\)/,
    )
    await rejection(node.openArchive(Promise.resolve(bytes) as never), TypeError, /a promise, which must be awaited/)
  })

  it('keeps the file open until it is closed, and no longer', async () => {
    const path = await asPath(bytes)
    const before = openFiles()
    const archive = await node.openArchive(path)
    await expectOneImage(archive)
    await archive.close()
    await rejection(node.openArchive(await asPath(new Uint8Array(600))), ValidationError)
    await rejection(node.inspectDockerTar(await asPath(new Uint8Array(600))), ValidationError)
    await node.inspectDockerTar(path)
    expect(openFiles()).toBe(before)
  })

  it('says that it is closed to who reads after that', async () => {
    const archive = await node.openArchive(await asPath(bytes))
    await archive.close()
    await rejection(archive.images[0]?.layers[0]?.source?.read(0, 10) ?? Promise.resolve(), TypeError, /it was closed/)
    const registry = node.openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    await rejection(node.pushDockerTar(archive, registry, 'a', 'v1'), TypeError, /it was closed/)
  })
})

describe('openArchive() of the files of a folder', () => {
  const files = async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    return [...layout.files].map(([name, data]) => [name, new Blob([data as BlobPart])] as const)
  }

  it('takes them by path', async () => {
    await expectOneImage(await openArchive(new Map(await files())))
    await expectOneImage(await node.openArchive(new Map(await files())))
  })

  it('takes what a page gets of a chosen folder', async () => {
    const chosen = (await files()).map(([path, blob]) => {
      const file = new File([blob], path.split('/').at(-1) ?? '')
      Object.defineProperty(file, 'webkitRelativePath', { value: `my-image/${path}` })
      return file
    })
    await expectOneImage(await openArchive(chosen))
    await expectOneImage(await openArchive(chosen.values()))
  })

  it('takes one file alone as an archive: a file input gives a list', async () => {
    await expectOneImage(await openArchive([new File([bytes], 'image.tar')]))
  })

  it('says that there are no images in them', async () => {
    const two = ['a.txt', 'b.txt'].map((name) => new File(['a'], name))
    await rejection(openArchive(two), ValidationError, /Cannot find images/)
    await rejection(openArchive([]), ValidationError, /Cannot find images/)
    await expect(openArchive([bytes, bytes] as never)).rejects.toThrow(TypeError)
  })
})

describe('spooling in Node', () => {
  it('leaves nothing behind after a failure', async () => {
    const before = openFiles()
    await rejection(node.openArchive(new Response(new Uint8Array(2000))), ValidationError)
    await rejection(node.openArchive(new Response('<html>'.repeat(1000))), TarReadError)
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
    await expect(node.openArchive(broken)).rejects.toThrow('reset')
    await node.inspectDockerTar(new Response(bytes), { runtime: { spool: undefined } })
    expect(openFiles()).toBe(before)
  })

  it('is in a file that nobody else may read', async () => {
    const archive = await node.openArchive(new Response(bytes))
    const files = readdirSync('/proc/self/fd').filter(isSpoolFile)
    const modes = files.map((file) => statSync(`/proc/self/fd/${file}`).mode & 0o777)
    expect(modes).toEqual([0o600])
    await archive.close()
  })

  it('takes no more memory for a large stream', async () => {
    const program = `
      import { readFileSync } from 'node:fs'
      import { openArchive } from 'registry-api-v2-client/node'
      async function* large() { for (let piece = 0; piece < 600; piece++) yield new Uint8Array(1024 * 1024) }
      await openArchive(large()).catch((error) => console.log(error.message))
      console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [message, memory] = (await text(child.stdout)).split('\n')
    expect(message).toMatch(/Cannot find images/)
    expect(Number(memory)).toBeLessThan(200 * 1024)
  })

  it('leaves nothing behind when the process is killed, or removes it at the next start', async () => {
    const program = `
      import { openArchive } from 'registry-api-v2-client/node'
      async function* endless() { for (;;) { yield new Uint8Array(1000); process.stdout.write('.'); await new Promise((go) => setTimeout(go, 5)) } }
      await openArchive(endless())`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    // Where a file keeps its name while it is open, or was killed in between.
    const leftover = join(tmpdir(), `registry-api-v2-client-spool-${child.pid}-left`)
    writeFileSync(leftover, 'left')
    const alive = join(tmpdir(), `registry-api-v2-client-spool-${process.pid}-alive`)
    writeFileSync(alive, 'of a process that runs')
    await expectOneImage(await node.openArchive(new Response(bytes)))
    expect([existsSync(leftover), existsSync(alive)]).toEqual([false, true])
    rmSync(alive)
  })

  it('says where there is no room', async () => {
    vi.stubEnv('TMPDIR', join(folder, 'no-such-folder'))
    const opening = rejection(node.openArchive(new Response(bytes)), RegistryError, /Cannot spool the archive .*TMPDIR/)
    await opening.finally(() => vi.unstubAllEnvs())
  })
})
