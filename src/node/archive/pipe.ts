import { access, closeSync, constants, createReadStream, open, openSync, type Stats } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { TarReadError } from '../../errors.ts'
import type { ByteStream } from '../../source/stream.ts'
import { named } from './file.ts'

/** An open pipe or device, whose bytes can be read once. */
interface OpenPipe {
  readonly bytes: ByteStream
  /** Closes the descriptor, even while opening or reading is pending. */
  close(): Promise<void>
}

const openAsync = promisify(open)

/**
 * Opens a pipe or a device. `close` also ends the wait for a pipe that nobody writes to.
 *
 * @throws {TarReadError} if the path cannot be opened, or is a socket or a terminal
 */
export async function openPipe(path: string, status: Stats): Promise<OpenPipe> {
  if (status.isSocket()) throw wrongKind(path, 'a socket')
  if (!status.isFIFO()) return openDevice(path)
  const isNode = process.versions.deno === undefined && process.versions.bun === undefined
  return isNode ? openFifo(path) : openFifoInThread(path)
}

async function openDevice(path: string): Promise<OpenPipe> {
  const fd = await named(path, openAsync(path, constants.O_RDONLY))
  if (!isatty(fd)) return pipeOf(path, createReadStream(path, { fd }))
  closeSync(fd)
  throw wrongKind(path, 'a terminal')
}

/**
 * Opens a FIFO without waiting for a writer. A plain open() would wait, and would block one of the few threads that
 * read files (open(2) § O_NONBLOCK). A Node socket waits by events, and reports no end before the first writer.
 */
async function openFifo(path: string): Promise<OpenPipe> {
  const fd = await named(path, openAsync(path, constants.O_RDONLY | constants.O_NONBLOCK))
  return pipeOf(path, new Socket({ fd, readable: true, writable: false }))
}

/** Opens a FIFO in Deno and Bun, whose sockets do not accept FIFOs. A thread waits for the writer. */
async function openFifoInThread(path: string): Promise<OpenPipe> {
  await named(path, promisify(access)(path, constants.R_OK))
  const opening = openAsync(path, constants.O_RDONLY).then((fd) => pipeOf(path, createReadStream(path, { fd })))
  let isOpen = false
  const settle = () => {
    isOpen = true
  }
  opening.then(settle, settle)
  async function* read(): AsyncGenerator<Uint8Array> {
    yield* (await named(path, opening)).bytes
  }
  return {
    bytes: read(),
    async close() {
      if (!isOpen) endWait(path)
      await opening.then(
        (pipe) => pipe.close(),
        () => undefined,
      )
    },
  }
}

/** Ends the wait of an open() for a writer, by opening the pipe for writing and closing it. */
function endWait(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
  } catch {
    // Nobody waits, or the pipe no longer exists.
  }
}

function pipeOf(path: string, stream: Readable): OpenPipe {
  // The stream can fail before it is read. Node keeps the error for the reader.
  stream.on('error', () => {})
  return { bytes: readPipe(path, stream), close: async () => void stream.destroy() }
}

/** @throws {TarReadError} if a read fails */
async function* readPipe(path: string, stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause
    throw new TarReadError('FILE_UNREADABLE', `Cannot read "${path}": ${reason}`, { cause })
  }
}

function wrongKind(path: string, kind: string): TarReadError {
  return new TarReadError('FILE_UNREADABLE', `Cannot open "${path}": it is ${kind}`, {
    remedy: 'pass a file, a pipe, or a stream such as process.stdin',
  })
}
