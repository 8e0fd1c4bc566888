import { diffImages, editImage, formatPlatform, type Image, runnableImages } from '../../node/index.ts'
import { type ConfigFlags, editsOf } from '../build/config-edits.ts'
import { type DestinationFlags, deliver, readDestination } from '../build/deliver.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readImageInput } from '../input/image-input.ts'
import { openImageInput } from '../input/open-image.ts'
import { formatDiff } from '../look/format-diff.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface EditFlags extends ConfigFlags, DestinationFlags {
  readonly platform?: readonly string[] | undefined
  readonly image?: string | undefined
  readonly yes?: true | undefined
  readonly dryRun?: true | undefined
}

/** Changes the config of an image, and pushes or writes the result. */
export async function edit(context: Context, input: string, flags: EditFlags): Promise<Result | undefined> {
  const { platform: platforms, image: name, dryRun } = flags
  const { signal, onWarning } = context
  const edits = editsOf(flags)
  if (Object.values(edits).every((edit) => edit === undefined)) {
    throw new UsageError(`Cannot edit "${input}": no option changes it`, 'pass an option such as --env or --label')
  }
  const source = await readImageInput(input, () => {})
  const destination = dryRun ? undefined : await readDestination(context, flags, source)
  const { image, close } = await openImageInput(context, input, { image: name })
  try {
    const edited = await editImage(image, edits, { platforms, signal, onWarning })
    return destination
      ? await deliver(context, edited, destination, flags)
      : await describeChange(context, image, edited)
  } finally {
    await close()
  }
}

/** Describes what an edit changes, for each platform. */
async function describeChange({ signal }: Context, before: Image, after: Image): Promise<Result> {
  const platforms = after.kind === 'index' ? runnableImages(after).map(({ platform }) => formatPlatform(platform)) : []
  const diffs = await Promise.all(
    (platforms.length > 0 ? platforms : [undefined]).map(async (platform) => ({
      ...(platform !== undefined && { platform }),
      ...(await diffImages(before, after, { platform, signal })),
    })),
  )
  const digest = after.manifest.digest
  return {
    json: { digest, previous: before.manifest.digest, images: diffs },
    lines: [
      ...diffs.flatMap((diff) => [...(diff.platform === undefined ? [] : [`${diff.platform}:`]), ...formatDiff(diff)]),
      `  digest: ${before.manifest.digest} -> ${digest}`,
    ],
  }
}
