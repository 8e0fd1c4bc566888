import { createPortableHasher } from '../hash/sha256.ts'
import type { Image } from '../images/image.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { digestOfSource, verifyDigest } from '../oci/verify.ts'
import { reportedSource, type Source } from '../source/source.ts'
import { foreignPackingOf } from '../unpack/foreign-packing.ts'
import { readHead } from '../unpack/packing.ts'
import { diffIdOf, type LayerReading } from './diff-id.ts'
import { withDefaultLimits } from './limits.ts'
import type { ReadOptions } from './read-options.ts'

/** A file of an archive: a layer, a config or another blob. */
interface File {
  readonly source: Source
  readonly digest: Digest
  /** Its diff IDs in the configs. */
  readonly diffIds: Set<Digest>
}

/**
 * Reads every blob of images, and compares it with its digest. Compressed layers are read a second time, unpacked, and
 * compared with the diff IDs of their configs.
 *
 * @throws {DigestMismatchError} if a blob is not what it should be
 * @throws {TarReadError} if a layer cannot be unpacked, or goes over a limit
 */
export async function verifyImages(images: readonly Image[], options: ReadOptions): Promise<void> {
  const { signal, onOpenProgress, runtime: { createHasher = createPortableHasher } = {} } = options
  const layerReading = { limits: withDefaultLimits(options.limits), createHasher, signal }
  const files = filesUnder(images)
  const totalBytes = files.reduce((sum, file) => sum + file.source.size * (isPacked(file) ? 2 : 1), 0)
  let before = 0
  for (const file of files) {
    await verifyFile(file, layerReading, (doneBytes) => {
      onOpenProgress?.({ phase: 'verify', doneBytes: before + doneBytes, totalBytes })
    })
    before += file.source.size * (isPacked(file) ? 2 : 1)
  }
}

async function verifyFile(file: File, layerReading: LayerReading, onRead: (bytes: number) => void): Promise<void> {
  const { source, digest, diffIds } = file
  const { createHasher, signal } = layerReading
  verifyDigest(digest, digest, await digestOfSource(reportedSource(source, onRead), createHasher, signal))
  // What is packed in a way that is not read here has no diff ID to compare.
  if (!isPacked(file) || foreignPackingOf(await readHead(source, signal))) return
  const unpacked = reportedSource(source, (bytes) => onRead(source.size + bytes))
  const diffId = await diffIdOf(unpacked, layerReading)
  for (const expected of diffIds) verifyDigest(`${digest}, unpacked`, expected, diffId)
}

/** Tells whether it is another layer when it is not compressed. */
function isPacked({ digest, diffIds }: File): boolean {
  return diffIds.size > 0 && !(diffIds.size === 1 && diffIds.has(digest))
}

/** Each file once, however many images have it. */
function filesUnder(images: readonly Image[]): readonly File[] {
  const files = new Map<Source, File>()
  const add = ({ digest }: Descriptor, source: Source | undefined, diffId?: Digest) => {
    if (!source) return
    const file = files.get(source) ?? { source, digest, diffIds: new Set() }
    if (diffId) file.diffIds.add(diffId)
    files.set(source, file)
  }
  const collect = ({ layers, config, children }: Image) => {
    for (const layer of layers) add(layer, layer.source, layer.diffId)
    if (config) add(config, config.source)
    children.forEach(collect)
  }
  images.forEach(collect)
  return [...files.values()]
}
