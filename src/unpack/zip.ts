import type { FileEntry, ZipReader as Reader } from '@zip.js/zip.js'
import { ZipReader } from '@zip.js/zip.js/lib/zip-core-reader.js'
import { TarReadError, ValidationError } from '../errors.ts'
import { inPieces, streamSource } from '../source/pieces.ts'
import { type Source, sliceSource } from '../source/source.ts'
import { type ByteStream, readStream, toReadable } from '../source/stream.ts'
import { limitNames } from './limit-names.ts'
import { raiseLimit, type UnpackLimits } from './unpack-limits.ts'

/** A file in a zip. */
export interface ZipEntry {
  readonly path: string
  /** The unpacked size in bytes. */
  readonly size: number
  /** The size in the zip in bytes. */
  readonly packedSize: number
}

/** The maximum size of one read in bytes. The zip's file list is read at once. */
const MAX_READ = 64 * 1024 * 1024
const LOCAL_HEADER = 30
const ARCHIVE_NAME = /\.(tar|tgz|tzst|zip|gz|zst)$/i
/** Matches the files that a `manifest.json` names. */
const CONFIG_OR_LAYER = /(?:^|\/)[0-9a-f]{64}(?:\.json|\.tar|\/layer\.tar)?$/
const SAVE = 'save the image with "docker save -o image.tar name:tag"'
/** Matches the files that macOS and editors add to zips. */
const LITTER = /(^|\/)(__MACOSX\/|\.(?!\/))/

/**
 * Lists the files of a zip, without folders. It reads only the zip's directory.
 *
 * @throws {TarReadError} if it is not a zip, or is damaged
 */
export async function readZipEntries(
  zip: Source,
  limits: UnpackLimits,
  signal?: AbortSignal,
): Promise<readonly ZipEntry[]> {
  const files: ZipEntry[] = []
  for await (const entry of walkZip(zip, limits, signal)) files.push(toZipEntry(entry))
  return files
}

/**
 * Opens the archive in a zip: as a source if the entry is stored, as a stream if it is compressed.
 *
 * @param path The path of the entry. @default the only file, or the only one with an archive's name
 * @throws {TarReadError} if the zip is damaged
 * @throws {ValidationError} if the file does not exist, or there are several and none is chosen; the message lists them
 */
export async function openZipEntry(
  zip: Source,
  path: string | undefined,
  limits: UnpackLimits,
  signal?: AbortSignal,
): Promise<{ source: Source } | { stream: ByteStream; packedSize: number }> {
  const files = await readZipEntries(zip, limits, signal)
  const entry = await entryAt(files.indexOf(chooseEntry(files, path)), zip, limits, signal)
  if (entry.encrypted) {
    throw new ValidationError('NOT_SUPPORTED', `Cannot open ${JSON.stringify(entry.filename)}: it is encrypted`, {
      remedy: 'unpack the zip first',
      path: entry.filename,
    })
  }
  if (entry.compressionMethod === 0) return { source: await storedSource(zip, entry, signal) }
  return { stream: unpackEntry(entry, signal), packedSize: entry.compressedSize }
}

function chooseEntry(files: readonly ZipEntry[], path: string | undefined): ZipEntry {
  const unlittered = files.filter((file) => !LITTER.test(file.path))
  const archives = unlittered.filter((file) => ARCHIVE_NAME.test(file.path))
  const candidates = archives.length > 0 ? archives : unlittered
  const matches = path === undefined ? candidates : files.filter((file) => file.path === path)
  const [match] = matches
  if (match && matches.length === 1) return match
  const names = candidates.map((file) => file.path)
  if (path === undefined && archives.length === 0) throw withoutArchive(names)
  const asked = path === undefined ? 'none was chosen' : `${JSON.stringify(path)} names ${matches.length} of them`
  throw new ValidationError(
    'ENTRY_NOT_CHOSEN',
    `Cannot choose an archive: the zip holds ${candidates.length} (${names.slice(0, 20).join('; ')}) and ${asked}`,
    { remedy: 'choose one with { entry: "name" }', ...(path !== undefined && { input: path }) },
  )
}

function withoutArchive(names: readonly string[]): ValidationError {
  const has = (name: RegExp) => names.some((path) => name.test(path))
  const isUnpacked = has(/(?:^|\/)oci-layout$/) || (has(/(?:^|\/)manifest\.json$/) && has(CONFIG_OR_LAYER))
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name))
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  const others = names.length === 0 ? 'nothing' : `no archive of images, but ${shown.join(', ')}${more}`
  const [content, remedy] = isUnpacked
    ? ['the files of an image archive', 'unpack it, and open the folder or a tar of it']
    : has(/(?:^|\/)(?:Dockerfile|Containerfile)$/)
      ? ['what an image is built from', `build it first ("docker build -t name:tag ."), then ${SAVE}`]
      : [others, SAVE]
  return new ValidationError('NOT_AN_ARCHIVE', `Cannot open the zip: it holds ${content}`, { remedy })
}

/** Iterates over the files of a zip. A zip.js entry takes many kilobytes, so callers must keep at most one. */
async function* walkZip(zip: Source, limits: UnpackLimits, signal?: AbortSignal): AsyncGenerator<FileEntry> {
  const reader: Reader<unknown> = new ZipReader(zipSource(zip, signal) as never, { useWebWorkers: false })
  const countNames = limitNames(limits, 'read the zip')
  let count = 0
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      countNames(entry.filename)
      if (++count > limits.entries) throw tooMany(limits.entries)
      if (!entry.directory) yield entry
    }
  } catch (error) {
    throw asTarReadError(error, signal)
  }
}

async function entryAt(position: number, zip: Source, limits: UnpackLimits, signal?: AbortSignal): Promise<FileEntry> {
  let passed = 0
  for await (const entry of walkZip(zip, limits, signal)) if (passed++ === position) return entry
  throw new TarReadError('FILE_UNREADABLE', 'Cannot read the zip: it changed while it was read')
}

function tooMany(entries: number): TarReadError {
  return new TarReadError('LIMIT_EXCEEDED', `Cannot read the zip: it has more than ${entries} files`, {
    remedy: raiseLimit('entries'),
  })
}

/** Adapts a source to the reader interface of zip.js. */
function zipSource(zip: Source, signal?: AbortSignal) {
  function endInside(start: number, length: number): number {
    if (start >= 0 && length >= 0 && start <= zip.size) return Math.min(start + length, zip.size)
    throw new TarReadError(
      'ARCHIVE_DAMAGED',
      `Cannot read the zip: it points to byte ${start}, but has ${zip.size} bytes; it is damaged or cut short`,
    )
  }
  async function readUint8Array(start: number, length: number): Promise<Uint8Array> {
    const end = endInside(start, length)
    if (end - start > MAX_READ) {
      throw new TarReadError(
        'LIMIT_EXCEEDED',
        `Cannot read the zip: the list of its files has more than ${MAX_READ} bytes`,
      )
    }
    return zip.read(start, end, signal)
  }
  function createReadable({ offset = 0, size = zip.size - offset }: { offset?: number; size?: number } = {}) {
    return toReadable(inPieces(streamSource(sliceSource(zip, offset, endInside(offset, size)), signal)))
  }
  return { size: zip.size, init: async () => undefined, readUint8Array, createReadable }
}

/** Returns a stored entry as a slice of the zip, after the entry's local header (APPNOTE § 4.3.7). */
async function storedSource(zip: Source, entry: FileEntry, signal?: AbortSignal): Promise<Source> {
  const { offset, compressedSize: size, filename: path } = entry
  const header = offset + LOCAL_HEADER <= zip.size ? await zip.read(offset, offset + LOCAL_HEADER, signal) : undefined
  if (header) {
    const view = new DataView(header.buffer, header.byteOffset)
    const start = offset + LOCAL_HEADER + view.getUint16(26, true) + view.getUint16(28, true)
    if (view.getUint32(0, true) === 0x04034b50 && start + size <= zip.size) return sliceSource(zip, start, start + size)
  }
  throw new TarReadError(
    'ARCHIVE_DAMAGED',
    `Cannot read the zip: it ends inside ${JSON.stringify(path)}, or is damaged there`,
    { path },
  )
}

async function* unpackEntry(entry: FileEntry, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const unpacking = entry.getData(writable, { useWebWorkers: false, checkSignature: true }).then(
    () => undefined,
    async (error: unknown) => {
      await writable.abort(error).catch(() => undefined)
      return { error }
    },
  )
  try {
    yield* readStream(readable, signal)
  } catch (error) {
    throw asTarReadError(error, signal)
  }
  const failure = await unpacking
  if (failure) throw asTarReadError(failure.error, signal)
}

function toZipEntry({ filename, uncompressedSize, compressedSize }: FileEntry): ZipEntry {
  return { path: filename, size: uncompressedSize, packedSize: compressedSize }
}

/** Turns the plain errors of zip.js into `TarReadError`s. */
function asTarReadError(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted || error instanceof TarReadError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new TarReadError(
    'ARCHIVE_DAMAGED',
    `Cannot read the zip: ${reason}; it is not a zip, is damaged or cut short, or uses an unsupported compression`,
    { cause: error },
  )
}
