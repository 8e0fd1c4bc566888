import { choice } from '../check-options.ts'
import type { WriteControlOptions } from '../control/write-controller.ts'
import type { Image } from '../images/image.ts'
import type { Digest } from '../oci/digest.ts'
import { listArchiveFiles, type SaveFormat } from './archive-files.ts'
import type { NamedImage } from './image-names.ts'
import { type LayoutPlan, planLayout } from './layout-plan.ts'
import { type PrepareOptions, prepareImages } from './prepare-images.ts'
import { planTar, type TarPlan } from './tar-plan.ts'

/** The options of `writeArchive`. */
export interface WriteOptions extends PrepareOptions, WriteControlOptions {
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
interface ArchivePlan {
  readonly images: readonly WrittenImage[]
  readonly layout: LayoutPlan
  readonly tar: TarPlan
  /** Releases what was made for it. */
  close(): Promise<void>
}

/** Plans an archive of images: which are in it, by which names, and where. Throws what `writeArchive` throws. */
export async function planArchive(given: readonly Image[], options: WriteOptions): Promise<ArchivePlan> {
  const { format, onWarning } = options
  if (format !== undefined) choice('format', format, ['docker', 'oci'])
  const images = await prepareImages(given, options)
  const layout = planLayout(images, onWarning)
  const tar = planTar(listArchiveFiles(layout, format))
  return { images: images.map(describe), layout, tar, close: async () => undefined }
}

function describe({ image, names }: NamedImage): WrittenImage {
  return { digest: image.manifest.digest, names: names.map(({ full }) => full) }
}
