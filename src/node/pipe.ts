import { access, closeSync, constants, createReadStream, open, type Stats } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { TarReadError } from '../errors.ts'
import type { ByteStream } from '../source/stream.ts'
import { named } from './file.ts'

/** What gives its bytes once: a pipe or a device. */
export interface OpenPipe {
  readonly bytes: ByteStream
  /** Closes the descriptor, also while a read waits. */
  close(): Promise<void>
}

/**
 * Opens a pipe or a device. In Node an abort ends the wait for a pipe that nobody writes to.
 *
 * @throws {TarReadError} if it cannot be opened, or is a socket or a terminal
 */
export async function openPipe(path: string, status: Stats): Promise<OpenPipe> {
  if (status.isSocket()) throw wrongKind(path, 'a socket')
  const stream = status.isFIFO() ? await openFifo(path) : await openDevice(path)
  // It can fail before it is read. Node keeps the error for the reader.
  stream.on('error', () => {})
  return { bytes: readPipe(path, stream), close: async () => void stream.destroy() }
}

/**
 * Opens a FIFO without a wait for its writer. A plain open() waits for one, and blocks one of the few threads that read files
 * (open(2) § O_NONBLOCK). A socket of Node waits by events, and sees no end before the first writer.
 */
async function openFifo(path: string): Promise<Readable> {
  // The sockets of Deno and Bun take no descriptor of a FIFO.
  if (process.versions.deno !== undefined || process.versions.bun !== undefined) {
    await named(path, promisify(access)(path, constants.R_OK))
    return createReadStream(path)
  }
  const fd = await named(path, promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK))
  return new Socket({ fd, readable: true, writable: false })
}

async function openDevice(path: string): Promise<Readable> {
  const fd = await named(path, promisify(open)(path, constants.O_RDONLY))
  if (!isatty(fd)) return createReadStream(path, { fd })
  closeSync(fd)
  throw wrongKind(path, 'a terminal')
}

function wrongKind(path: string, kind: string): TarReadError {
  return new TarReadError(
    `Cannot open "${path}": it is ${kind}; pass a file, a pipe, or a stream such as process.stdin`,
  )
}

/** @throws {TarReadError} if a read fails */
async function* readPipe(path: string, stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause
    throw new TarReadError(`Cannot read "${path}": ${reason}`, { cause })
  }
}
