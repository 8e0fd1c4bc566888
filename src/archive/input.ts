import { loaded } from '../async/lazy.ts'
import { RegistryError, TarReadError } from '../errors.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import { releaseBody } from '../source/release.ts'
import type { Source } from '../source/source.ts'
import { abandon, type ByteStream, readIterable, readStream } from '../source/stream.ts'
import { unpackIfPacked } from '../unpack/unpack-if-packed.ts'
import { createFileIndex, type FileEntry, type FileIndex } from './file-index.ts'
import type { FolderInput } from './folder-files.ts'
import type { ArchiveLimits } from './limits.ts'
import type { ReadOptions } from './read-options.ts'
import { indexTar } from './tar-index.ts'

/** Bytes that can be read once, in order. A stream of Node's (`process.stdin`) is an `AsyncIterable`. */
export type StreamInput = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Response

/** The inputs for an archive on every runtime. Those with random access are read in place. */
export type ArchiveInput = SourceInput | StreamInput | FolderInput

/** The files of an archive, and how to close them. */
interface OpenFiles {
  readonly files: FileIndex
  close(): Promise<void>
}

/**
 * Opens every input of an archive: finds its files, unpacks packed inputs, and spools streams.
 *
 * @throws {TarReadError} if it is no tar, or is damaged
 * @throws {TypeError} if it is nothing that holds an archive
 */
export async function openInput(input: ArchiveInput, limits: ArchiveLimits, options: ReadOptions): Promise<OpenFiles> {
  if (isFolder(input)) {
    const list = input instanceof Map ? [] : [...(input as Iterable<File>)]
    const [file] = list
    // A plain file input gives a list of one file, which is not a folder.
    if (file && list.length === 1 && !file.webkitRelativePath) return openInput(file, limits, options)
    const { indexFolder } = await loaded(import('./folder-files.ts'), options.signal)
    return { files: indexFolder(input instanceof Map ? input : list, limits), close: async () => undefined }
  }
  const { signal, entry, onOpenProgress, runtime: { spool } = {} } = options
  const ended = new AbortController()
  const stream = toStream(input, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal)
  const packed = stream ? { stream } : { source: toSource(input as SourceInput) }
  const onSpooled = (doneBytes: number) => onOpenProgress?.({ phase: 'spool', doneBytes, totalBytes: undefined })
  try {
    const source = await unpackIfPacked(packed, { spool, limits, entry, onSpooled, signal })
    return await indexOpened(source, limits, signal)
  } finally {
    // Nobody reads more of the stream: its reader and its writer are told to stop.
    ended.abort()
    if (stream) abandon(stream)
  }
}

async function indexOpened(
  source: Source & { close(): Promise<void> },
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<OpenFiles> {
  let isClosed = false
  const requireOpen = () => {
    if (isClosed) throw new TypeError('Cannot read the archive: it was closed')
  }
  const { slice } = source
  const guarded: Source = {
    size: source.size,
    async read(start, end, ...how) {
      requireOpen()
      return source.read(start, end, ...how)
    },
    slice:
      slice &&
      ((start, end) => {
        requireOpen()
        return slice(start, end)
      }),
  }
  const close = async () => {
    isClosed = true
    await source.close()
  }
  const entries = new Map<string, FileEntry>()
  try {
    return { files: await indexTar(guarded, limits, signal, entries), close }
  } catch (error) {
    throw await explain(error, guarded, createFileIndex(entries), signal).finally(close)
  }
}

/** Says what a file is that is no tar, or what a tar holds that cannot be read to its end. */
async function explain(error: unknown, source: Source, files: FileIndex, signal?: AbortSignal): Promise<unknown> {
  if (!(error instanceof TarReadError)) return error
  const { explainUnread } = await loaded(import('./foreign-files.ts'), signal)
  return explainUnread(error, source, files, signal)
}

/**
 * Reads an input that is a stream. Returns `undefined` for others.
 *
 * @throws {RegistryError} if it is a response without a body to read
 */
export function toStream(input: ArchiveInput, signal?: AbortSignal): AsyncGenerator<Uint8Array> | undefined {
  if (input instanceof ReadableStream) return readStream(input, signal)
  if (isResponse(input)) return readStream(bodyOf(input), signal)
  const isIterable = typeof input === 'object' && input !== null && Symbol.asyncIterator in input
  return isIterable ? readIterable(input as ByteStream, signal) : undefined
}

function isResponse(input: ArchiveInput): input is Response {
  const candidate = input as Partial<Response> | null
  return typeof candidate?.status === 'number' && 'bodyUsed' in (candidate as object)
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  if (response.ok && response.body && !response.bodyUsed) return response.body
  releaseBody(response.body)
  const fault = response.ok ? 'has no body, or one that was read already' : `has status ${response.status}`
  throw new RegistryError('FILE_UNREADABLE', `Cannot read an archive from the response: it ${fault}`)
}

function isFolder(input: ArchiveInput): input is FolderInput {
  if (typeof input !== 'object' || input === null || ArrayBuffer.isView(input)) return false
  return Symbol.iterator in input
}
