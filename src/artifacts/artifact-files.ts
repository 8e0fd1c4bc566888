import { list, show } from '../check-options.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { TITLE } from '../oci/artifact.ts'
import type { Content } from '../oci/descriptor.ts'
import { digestOfSource } from '../oci/verify.ts'
import type { RuntimeOptions } from '../runtime.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import { collectBlob, type OpenSource } from '../source/spool.ts'
import { type ByteStream, readIterable, readStream } from '../source/stream.ts'
import { checkAnnotations, checkMediaType } from './check-artifact.ts'
import { checkTitles } from './titles.ts'

/** A file of an artifact. */
export interface ArtifactFile {
  /** Its path in the artifact, such as `sbom.json`: relative, with slashes. */
  readonly title: string
  /** Its bytes: a `File`, a `Blob`, bytes, a source, or a stream, which is stored before it is sent. */
  readonly data: SourceInput | ReadableStream<Uint8Array> | ByteStream
  /** @default application/vnd.oci.image.layer.v1.tar, as oras has it */
  readonly mediaType?: string | undefined
  /** @default none but the title */
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** The files of an artifact. A `File` has its name, or its path in a folder, as title. */
export type ArtifactFiles = ReadonlyArray<ArtifactFile | File>

/** A file that is ready to be pushed. */
export interface ReadFile extends Content {
  readonly annotations: Readonly<Record<string, string>>
}

/** The files of an artifact, hashed, and what was stored of them. */
interface ReadFiles {
  readonly files: readonly ReadFile[]
  close(): Promise<void>
}

/** The media type of a file without one, as oras has it. */
const DEFAULT_TYPE = 'application/vnd.oci.image.layer.v1.tar'

interface FileReading extends RuntimeOptions {
  readonly signal?: AbortSignal | undefined
}

/** Checks the files of a call. Reads nothing. */
export function checkFiles(given: ArtifactFiles, act: string): readonly ArtifactFile[] {
  const files = list('files', given, 'an array of files: { title, data }').map(toArtifactFile)
  const titles = checkTitles(
    files.map(({ title }) => title),
    act,
  )
  return files.map((file, index) => {
    const { mediaType = DEFAULT_TYPE, annotations = {} } = file
    checkAnnotations(annotations, act)
    return { ...file, title: titles[index] as string, mediaType: checkMediaType(mediaType, act) }
  })
}

/**
 * Hashes files. Streams are stored first.
 *
 * @throws {TarReadError} if a file cannot be read
 */
export async function readFiles(files: readonly ArtifactFile[], reading: FileReading): Promise<ReadFiles> {
  const { signal, runtime: { createHasher = createPortableHasher } = {} } = reading
  const stored: OpenSource[] = []
  const close = async () => void (await Promise.all(stored.map((source) => source.close())))
  try {
    const read: ReadFile[] = []
    for (const file of files) {
      const { title, data, mediaType = DEFAULT_TYPE, annotations } = file
      const stream = toStream(file, signal)
      const source = stream ? await store(stream, title, reading) : openSource(data as SourceInput, title)
      if (stream) stored.push(source as OpenSource)
      const digest = await digestOfSource(source, createHasher, signal)
      read.push({ mediaType, digest, size: source.size, source, annotations: { ...annotations, [TITLE]: title } })
    }
    return { files: read, close }
  } catch (error) {
    await close()
    throw error
  }
}

function toArtifactFile(file: ArtifactFile | File): ArtifactFile {
  const given = file as Partial<ArtifactFile & File> | null
  if (typeof given === 'object' && given !== null && 'data' in given) {
    if (typeof given.title === 'string') return given as ArtifactFile
    throw new TypeError(`Cannot use a file: its title has to be a string, not ${show(given.title)}`)
  }
  if (typeof given?.name === 'string' && typeof given.slice === 'function') {
    return { title: given.webkitRelativePath || given.name, data: file as File }
  }
  throw new TypeError(
    `Cannot use a file: pass a File, or { title, data }, or in "registry-api-v2-client/node" a path, not ${show(file)}`,
  )
}

/** Generators that were read. A second reading would find them empty. */
const used = new WeakSet<object>()

function toStream({ data, title }: ArtifactFile, signal: AbortSignal | undefined): ByteStream | undefined {
  if (data instanceof ReadableStream) return readStream(data, signal)
  if (typeof data !== 'object' || data === null || !(Symbol.asyncIterator in data)) return undefined
  const isOnce = 'next' in data
  if (isOnce && used.has(data)) throw new TypeError(`Cannot read the data of ${show(title)} again: pass a new stream`)
  if (isOnce) used.add(data)
  return readIterable(data, signal)
}

async function store(stream: ByteStream, title: string, { runtime, signal }: FileReading): Promise<OpenSource> {
  if (runtime?.spool) return runtime.spool(stream, signal)
  const blob = await collectBlob(stream, `Cannot store ${JSON.stringify(title)}`, 'pass a File instead of a stream')
  return { ...toSource(blob), close: async () => undefined }
}

function openSource(data: SourceInput, title: string): ReturnType<typeof toSource> {
  try {
    return toSource(data)
  } catch {
    // It knows only what an archive may be.
    const wanted = 'a File, a Blob, bytes, a source or a stream, or in "registry-api-v2-client/node" { path }'
    throw new TypeError(`Cannot read the data of ${JSON.stringify(title)}: pass ${wanted}, not ${show(data)}`)
  }
}
