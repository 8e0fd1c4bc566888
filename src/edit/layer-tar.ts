import { TarReadError } from '../errors.ts'
import { streamSource } from '../source/pieces.ts'
import type { Source } from '../source/source.ts'
import { END_SIZE, paddingAfter } from '../tar/blocks.ts'
import { tarHeader } from '../tar/write-header.ts'

/** An entry of a layer. */
export interface LayerEntry {
  /** Without a slash at the end. */
  readonly path: string
  readonly type: 'file' | 'link' | 'folder'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** In seconds since 1970. */
  readonly mtime: number
  /** The bytes of a file. */
  readonly source?: Source
  /** The target of a link. */
  readonly link?: string
}

/** How the tar of a layer is read. */
interface LayerTarOptions {
  /** Called with the size of each piece of a file. */
  onRead(bytes: number): void
  /** True if a piece is not used after the next one is requested. */
  readonly reusesMemory: boolean | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Writes the tar of a layer. Each file is read when its bytes are requested.
 *
 * @throws {TarReadError} if a file cannot be read, or changed
 */
export async function* layerTar(
  entries: readonly LayerEntry[],
  { onRead, reusesMemory = false, signal }: LayerTarOptions,
): AsyncGenerator<Uint8Array> {
  for (const { source, ...entry } of entries) {
    const { path, type } = entry
    const size = source?.size ?? 0
    yield tarHeader({ ...entry, path: type === 'folder' ? `${path}/` : path, size })
    if (!source) continue
    for await (const piece of namingErrors(path, streamSource(source, signal, { reusesMemory }))) {
      onRead(piece.byteLength)
      yield piece
    }
    yield new Uint8Array(paddingAfter(size))
  }
  yield new Uint8Array(END_SIZE)
}

/** Names the file that cannot be read. */
async function* namingErrors(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    if (!(error instanceof TarReadError)) throw error
    const { code, fault, remedy = 'add the files again when nothing changes them', cause } = error
    throw new TarReadError(code, `Cannot add ${JSON.stringify(path)} to the layer: ${fault}`, { remedy, path, cause })
  }
}
