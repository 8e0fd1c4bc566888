import { appendLayer } from '../../node/index.ts'
import { type DestinationFlags, deliver, readDestination } from '../build/deliver.ts'
import { type LayerFlags, layerOptions, sourceDate } from '../build/layer-options.ts'
import { platformsOf } from '../build/platforms.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readImageInput } from '../input/image-input.ts'
import { openImageInput } from '../input/open-image.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface AppendFlags extends LayerFlags, DestinationFlags {
  readonly remove?: readonly string[] | undefined
  readonly platform?: readonly string[] | undefined
  readonly image?: string | undefined
  readonly yes?: true | undefined
}

/** Adds files to an image as a layer, and pushes or writes the result. */
export async function append(
  context: Context,
  input: string,
  files: readonly string[],
  flags: AppendFlags,
): Promise<Result | undefined> {
  const { remove, platform, image: name } = flags
  if (files.length === 0 && remove === undefined) {
    throw new UsageError(`Cannot append to "${input}": there are no files`, 'pass files or folders, or --remove')
  }
  const source = await readImageInput(input, () => {})
  const destination = await readDestination(context, flags, source)
  const options = { ...layerOptions(context, flags), created: sourceDate(), onWarning: context.onWarning, remove }
  const { image, close } = await openImageInput(context, input, { image: name })
  try {
    const platforms = image.kind === 'index' ? platformsOf(image, platform) : undefined
    const changed = await appendLayer(image, files.length > 0 ? files : {}, { ...options, platforms })
    return await deliver(context, changed, destination, flags)
  } finally {
    await close()
  }
}
