import { packStream } from '../compress/layer.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Digest } from '../oci/digest.ts'
import type { CompressionFormat, Encoder } from '../runtime.ts'
import { toSource } from '../source/from.ts'
import { peek } from '../source/pieces.ts'
import type { Source } from '../source/source.ts'
import { type Spool, spoolToBlob } from '../source/spool.ts'
import type { LayerMakingOptions } from './append-options.ts'
import { type LayerEntry, layerTar } from './layer-tar.ts'

/** A layer that was made. */
export interface MadeLayer {
  readonly digest: Digest
  readonly diffId: Digest
  /** Absent if the layer is not compressed. */
  readonly format: CompressionFormat | undefined
  readonly source: Source
}

/** In bytes. A smaller layer stays in memory. */
const SMALL = 4 * 1024 * 1024

/** Leaves a layer as it is. */
const PLAIN: Pick<Encoder, 'encode' | 'copiesPieces'> = {
  async *encode(bytes) {
    yield* bytes
  },
}

/**
 * Makes the tar of a layer and compresses it, in constant memory. Files are read once, in order. The layer is kept in
 * memory if it is small, otherwise in a spool, which is released when nothing refers to the layer.
 *
 * @param encoder Absent if the layer is not compressed.
 * @throws {TarReadError} if a file cannot be read, or changes while it is read
 */
export async function makeLayer(
  entries: readonly LayerEntry[],
  encoder: Encoder | undefined,
  { runtime, onProgress, signal }: Pick<LayerMakingOptions, 'runtime' | 'onProgress' | 'signal'>,
): Promise<MadeLayer> {
  const { createHasher = createPortableHasher, spool = spoolToBlob } = runtime ?? {}
  const totalBytes = sizeOfFiles(entries)
  let doneBytes = 0
  function onRead(bytes: number): void {
    doneBytes += bytes
    onProgress?.({ doneBytes, totalBytes })
  }
  const made = await packStream(
    layerTar(entries, { onRead, reusesMemory: encoder?.copiesPieces, signal }),
    { encoder: encoder ?? PLAIN, createHasher, spool: spoolUnlessSmall(spool) },
    signal,
  )
  return { ...made, format: encoder?.format }
}

/** Returns the size of all files of a layer in bytes. */
export function sizeOfFiles(entries: readonly LayerEntry[]): number {
  return entries.reduce((sum, { source }) => sum + (source?.size ?? 0), 0)
}

function spoolUnlessSmall(spool: Spool): Spool {
  return async (bytes, signal) => {
    const { head, stream } = await peek(bytes, SMALL)
    return head.length < SMALL ? { ...toSource(head), close: async () => undefined } : spool(stream, signal)
  }
}
