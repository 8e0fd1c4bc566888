import { loaded } from '../async/lazy.ts'
import { RegistryError, TarReadError, ValidationError } from '../errors.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import { releaseBody } from '../source/release.ts'
import type { Source } from '../source/source.ts'
import { abandon, type ByteStream, readIterable, readStream } from '../source/stream.ts'
import { limitNames } from '../unpack/limit-names.ts'
import { unpackIfPacked } from '../unpack/unpack-if-packed.ts'
import { createFileIndex, type FileEntry, type FileIndex, normalizePath } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'
import type { ReadOptions } from './read-options.ts'
import { indexTar } from './tar-index.ts'

/** The files of a folder: from `<input webkitdirectory>`, or by path (`blobs/sha256/ab…`). One file alone is an archive itself. */
export type FolderInput = Iterable<File> | ReadonlyMap<string, SourceInput>

/** What comes once, from its first byte to its last. A stream of Node's (`process.stdin`) is an `AsyncIterable`. */
export type StreamInput = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Response

/** What an archive may be given as, on every runtime. What holds its bytes in any order is read in place. */
export type ArchiveInput = SourceInput | StreamInput | FolderInput

/** The files of an archive, and what has to be let go of in the end. */
export interface OpenFiles {
  readonly files: FileIndex
  close(): Promise<void>
}

/**
 * Opens whatever an archive is given as: finds its files, unpacks what it is packed in, spools what comes as a stream.
 *
 * @throws {TarReadError} if it is no tar, or is damaged
 * @throws {TypeError} if it is nothing that holds an archive
 */
export async function openInput(input: ArchiveInput, limits: ArchiveLimits, options: ReadOptions): Promise<OpenFiles> {
  if (isFolder(input)) {
    const list = input instanceof Map ? [] : [...(input as Iterable<File>)]
    const [file] = list
    // What a plain file input gives: a list of one, which is no folder.
    if (file && list.length === 1 && !file.webkitRelativePath) return openInput(file, limits, options)
    const files = input instanceof Map ? input : filesByPath(list)
    return { files: folderIndex(files, limits), close: async () => undefined }
  }
  const { signal, entry, spool, onOpenProgress } = options
  const ended = new AbortController()
  const stream = toStream(input, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal)
  const packed = stream ? { stream } : { source: toSource(input as SourceInput) }
  const onSpooled = (doneBytes: number) => onOpenProgress?.({ phase: 'spool', doneBytes, totalBytes: undefined })
  try {
    const source = await unpackIfPacked(packed, { spool, limits, entry, onSpooled, signal })
    return await indexOpened(source, limits, signal)
  } finally {
    // Who waits for more of the stream is told that there is no need; who does not, is told to end.
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

function toStream(input: ArchiveInput, signal?: AbortSignal): AsyncGenerator<Uint8Array> | undefined {
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
  throw new RegistryError(`Cannot read an archive from the response: it ${fault}`)
}

function isFolder(input: ArchiveInput): input is FolderInput {
  if (typeof input !== 'object' || input === null || ArrayBuffer.isView(input)) return false
  return Symbol.iterator in input
}

function folderIndex(files: Iterable<readonly [path: string, file: SourceInput]>, limits: ArchiveLimits): FileIndex {
  const entries = new Map<string, FileEntry>()
  const countNames = limitNames(limits, 'open the folder')
  for (const [given, file] of files) {
    if (entries.size === limits.entries) {
      throw new ValidationError(
        `Cannot open the folder: it has more than ${limits.entries} files ({ limits: { entries } })`,
      )
    }
    countNames(given)
    const path = normalizePath(given)
    entries.set(path, { path, kind: 'file', source: toSource(file), target: '', earlier: entries.get(path) })
  }
  return createFileIndex(entries)
}

function* filesByPath(files: Iterable<File>): Generator<[path: string, file: File]> {
  for (const file of files) {
    if (typeof file?.name !== 'string') throw new TypeError('Cannot open the folder: a list has to be one of File')
    yield [file.webkitRelativePath || file.name, file]
  }
}
