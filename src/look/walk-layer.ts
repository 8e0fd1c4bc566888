import { createPauses } from '../async/pauses.ts'
import { TarReadError, ValidationError } from '../errors.ts'
import type { Content } from '../oci/descriptor.ts'
import { createForwardBytes, type ForwardBytes } from '../source/forward-bytes.ts'
import { abandon } from '../source/stream.ts'
import { BLOCK_SIZE, nextBlock } from '../tar/blocks.ts'
import { readEntry, type TarBytes, type TarEntry } from '../tar/entries.ts'
import { damaged, parseTarHeader } from '../tar/header.ts'
import { readSparse, type SparseMap } from '../tar/sparse.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import { type LayerReading, unpackLayer } from './layer-bytes.ts'
import { describeFile, type ListedFile } from './listed-file.ts'

/** An entry of a layer, at the time when the layer is read. */
export interface WalkedFile {
  readonly file: ListedFile
  /** Counts the entries of the layer from 0. */
  readonly position: number
  /** Reads the content. Possible until the next entry is asked for. */
  content(): AsyncGenerator<Uint8Array>
}

/** Links, devices, directories and pipes have no data, whatever their headers say: engines read them so. */
const WITHOUT_DATA = '123456'
/** In bytes. */
const ZEROS = new Uint8Array(64 * 1024)

/**
 * Walks through the entries of a layer while it is read. Then it reads the layer to its end and verifies its digest. A
 * walk that ends early ends the request.
 *
 * @throws {TarReadError} if the layer is not a tar, is damaged or cut short, or exceeds a limit
 * @throws {ValidationError} if it is packed in another way than with gzip or zstd
 * @throws {DigestMismatchError} at the end, if its bytes do not match its digest
 */
export async function* walkLayer(layer: Content, given: LayerReading): AsyncGenerator<WalkedFile, void> {
  const ending = new AbortController()
  const signal = given.signal ? AbortSignal.any([given.signal, ending.signal]) : ending.signal
  const unpacked = unpackLayer(layer, { ...given, signal })
  const nameFailures = createNaming(layer, given.signal)
  try {
    for await (const walked of nameFailures(walk(layer, createForwardBytes(unpacked), given))) {
      yield { ...walked, content: () => nameFailures(walked.content()) }
    }
  } finally {
    ending.abort()
    abandon(unpacked)
  }
}

/** Makes a function that names the layer in the errors of readers that do not know what they read. */
function createNaming(layer: Content, signal: AbortSignal | undefined) {
  return async function* nameFailures<T>(given: AsyncGenerator<T>): AsyncGenerator<T, void> {
    try {
      yield* given
    } catch (error) {
      signal?.throwIfAborted()
      throw named(error, layer)
    }
  }
}

async function* walk(layer: Content, bytes: ForwardBytes, reading: LayerReading): AsyncGenerator<WalkedFile, void> {
  const { limits } = reading
  const tar = forwardTar(layer, bytes)
  const makeHole = createHoles(reading)
  for (let [offset, position] = [0, 0]; ; position++) {
    const read = await readEntry(tar, offset, limits)
    if (!read) break
    if (position >= limits.entries) {
      const fault = `Cannot index tar: it has more than ${limits.entries} entries`
      throw new TarReadError('LIMIT_EXCEEDED', fault, { remedy: raiseLimit('entries'), offset })
    }
    const isSparse = read.header.type === 'S' || read.pax?.isSparse
    const entry: TarEntry & { readonly sparse?: SparseMap } = isSparse ? await readSparse(tar, read) : read
    const size = WITHOUT_DATA.includes(entry.header.type) ? 0 : entry.size
    yield {
      file: describeFile(entry, entry.sparse?.size ?? size),
      position,
      content: () => (entry.sparse ? fillHoles(bytes, entry, entry.sparse, makeHole) : readData(bytes, entry, size)),
    }
    await bytes.skipTo(entry.start + size)
    if (bytes.position < entry.start + size) throw cutShort(entry.path, bytes.position)
    offset = size === entry.size ? entry.end : nextBlock(entry.start + size)
  }
  await bytes.skipTo(Number.POSITIVE_INFINITY)
}

/** A stream that ends after an entry counts as one with an end mark. */
function forwardTar(layer: Content, bytes: ForwardBytes): TarBytes {
  return {
    size: Number.POSITIVE_INFINITY,
    async read(start, end) {
      await bytes.skipTo(start)
      const memory = new Uint8Array(end - start)
      const length = await bytes.fill(memory)
      if (start === 0 && length > 0) requireTar(layer, memory)
      if (length === memory.length || (length === 0 && memory.length === BLOCK_SIZE)) return memory
      throw damaged(`it ends inside a header at byte ${start}; it was cut short`, { offset: start })
    },
  }
}

function requireTar({ digest, mediaType }: Content, head: Uint8Array): void {
  try {
    parseTarHeader(head, 0)
  } catch (cause) {
    const fault = `Cannot read layer ${digest}: it is not a tar (its media type is ${JSON.stringify(mediaType)})`
    const remedy = 'if it is a file of an artifact, read it with pullArtifact'
    throw new ValidationError('NOT_SUPPORTED', fault, { remedy, input: digest, cause })
  }
}

/** Reads the data of an entry from where the stream is: so much of it was read already. */
async function* readData(bytes: ForwardBytes, { path, start }: TarEntry, size: number): AsyncGenerator<Uint8Array> {
  await bytes.skipTo(start)
  while (bytes.position < start + size) {
    const piece = await bytes.next(start + size - bytes.position)
    if (piece.length === 0) throw cutShort(path, bytes.position)
    yield piece
  }
}

type MakeHole = (size: number) => AsyncGenerator<Uint8Array>

/** Makes the zeros of sparse files. A few bytes can tell of petabytes, so all of a layer have a limit. */
function createHoles({ limits: { spoolSize }, signal }: LayerReading): MakeHole {
  const pause = createPauses(signal)
  let made = 0
  return async function* makeHole(size) {
    made += size
    if (made > spoolSize) {
      const fault = `Cannot read layer: the holes of its sparse files have more than ${spoolSize} bytes`
      throw new TarReadError('LIMIT_EXCEEDED', fault, { remedy: raiseLimit('spoolSize') })
    }
    for (let left = size; left > 0; left -= ZEROS.length) {
      yield ZEROS.slice(0, Math.min(ZEROS.length, left))
      await pause()
    }
  }
}

async function* fillHoles(
  bytes: ForwardBytes,
  entry: TarEntry,
  map: SparseMap,
  makeHole: MakeHole,
): AsyncGenerator<Uint8Array> {
  let [position, start] = [0, entry.start]
  for (const { offset, size } of [...map.parts, { offset: map.size, size: 0 }]) {
    yield* makeHole(offset - position)
    yield* readData(bytes, { ...entry, start }, size)
    start += size
    position = offset + size
  }
}

function cutShort(path: string, offset: number): TarReadError {
  return damaged(`it ends inside ${JSON.stringify(path)} at byte ${offset}; it was cut short`, { path, offset })
}

function named(error: unknown, { digest }: Content): unknown {
  if (!(error instanceof TarReadError)) return error
  const { code, path, offset } = error
  const place = { ...(path !== undefined && { path }), ...(offset !== undefined && { offset }), cause: error }
  const fault = error.fault.replace(/^Cannot (?:index tar|unpack the archive|unpack the layer|read layer): /, '')
  const remedy = code === 'ARCHIVE_DAMAGED' ? 'push the image again, or build it again' : error.remedy
  return new TarReadError(code, `Cannot read layer ${digest}: ${fault}`, { ...place, remedy })
}
