import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { withArchive } from '../input/open-archive.ts'
import { archivePlatforms } from '../input/platforms.ts'
import { readOutput } from '../transfer/output-target.ts'
import { type WriteFlags, writeImages } from '../transfer/write-images.ts'

interface ConvertFlags extends WriteFlags {
  readonly output: string
  readonly image?: readonly string[] | undefined
  readonly platform?: readonly string[] | undefined
  readonly entry?: string | undefined
}

/** Writes the images of an archive into another tar, a folder or stdout. */
export async function convert(context: Context, input: string, flags: ConvertFlags): Promise<Result | undefined> {
  const { output, force, image, entry } = flags
  const platforms = archivePlatforms(flags.platform)
  const target = await readOutput(output, { force, json: context.settings.json })
  return withArchive(context, input, entry, ({ images }) =>
    writeImages(context, images, target, flags, { ...platforms, ...(image && { images: image }) }),
  )
}
