import { loaded } from '../async/lazy.ts'
import { choice } from '../check-options.ts'
import type { WriteControlOptions } from '../control/write-controller.ts'
import type { Image } from '../images/image.ts'
import type { Digest } from '../oci/digest.ts'
import { listArchiveFiles, type SaveFormat } from './archive-files.ts'
import type { NamedImage } from './image-names.ts'
import { type LayoutPlan, planLayout } from './layout-plan.ts'
import { type PrepareOptions, prepareImages } from './prepare-images.ts'
import type { LayerOptions } from './remake-layers.ts'
import { planTar, type TarPlan } from './tar-plan.ts'

/** The options of `writeArchive`. */
export interface WriteOptions extends PrepareOptions, LayerOptions, WriteControlOptions {
  /**
   * `docker` writes only `manifest.json` and what it names, `oci` no `manifest.json`. @default both in one tar, which
   *   every tool reads
   */
  readonly format?: SaveFormat | undefined
}

/** An image in an archive, with its names in full. Referrers have none. */
export interface WrittenImage {
  readonly digest: Digest
  readonly names: readonly string[]
}

/** The plan of an archive, made without reading a layer. */
export interface ArchivePlan {
  readonly images: readonly WrittenImage[]
  readonly layout: LayoutPlan
  readonly tar: TarPlan
  /** Releases what was made for it. */
  close(): Promise<void>
}

/**
 * Plans an archive of images: which are in it, by which names, and where. Throws what `writeArchive` throws.
 *
 * @param options What `withControl` or `withLastingControl` gave.
 */
export async function planArchive(given: readonly Image[], options: WriteOptions): Promise<ArchivePlan> {
  const { format, onWarning } = options
  if (format !== undefined) choice('format', format, ['docker', 'oci'])
  const { images, close } = await remakeIfAsked(await prepareImages(given, options), options)
  try {
    const layout = await planLayout(images, onWarning)
    return { images: images.map(describe), layout, tar: planTar(listArchiveFiles(layout, format)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Loads the code for layers only if it is needed. */
async function remakeIfAsked(images: readonly NamedImage[], options: WriteOptions) {
  const { compress, decompress, signal } = options
  if (compress === undefined && decompress === undefined) return { images, close: async () => undefined }
  const { remakeLayers } = await loaded(import('./remake-layers.ts'), signal)
  return remakeLayers(images, options)
}

function describe({ image, names }: NamedImage): WrittenImage {
  return { digest: image.manifest.digest, names: names.map(({ full }) => full) }
}
