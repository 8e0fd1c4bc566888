import {
  appendLayer,
  createImage,
  editImage,
  formatPlatform,
  type Image,
  runnableImages,
  selectPlatforms,
} from '../../node/index.ts'
import { type ConfigFlags, editsOf } from '../build/config-edits.ts'
import { type DestinationFlags, deliver, readDestination } from '../build/deliver.ts'
import { warnOfDockerFiles } from '../build/docker-files.ts'
import { type LayerFlags, layerOptions, sourceDate } from '../build/layer-options.ts'
import { platformsOf } from '../build/platforms.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { openImageInput } from '../input/open-image.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface BuildFlags extends ConfigFlags, LayerFlags, DestinationFlags {
  readonly base?: string | undefined
  readonly platform?: readonly string[] | undefined
}

/** Makes an image of a folder, on a base or from nothing, and pushes or writes it. */
export async function build(context: Context, folder: string, flags: BuildFlags): Promise<Result | undefined> {
  const { base = 'scratch', created = sourceDate() } = flags
  const destination = await readDestination(context, flags)
  await warnOfDockerFiles(context, folder, flags)
  if (base === 'scratch')
    return deliver(context, await create(context, folder, { ...flags, created }), destination, flags)
  const { image, close } = await openImageInput(context, base, {})
  try {
    return await deliver(context, await addTo(context, image, folder, { ...flags, created }), destination, flags)
  } finally {
    await close()
  }
}

function create(context: Context, folder: string, flags: BuildFlags): Promise<Image> {
  const [platform, ...others] = flags.platform ?? []
  if (others.length > 0 || platform === 'all') {
    throw new UsageError('Cannot build for several platforms without a base', 'pass one platform, or --base IMAGE')
  }
  const { annotations: _, created: __, ...config } = editsOf(flags)
  const content = { files: folder, config, annotations: flags.annotation, platform, created: flags.created }
  return createImage(content, layerOptions(context, { at: flags.workdir, ...flags }))
}

async function addTo(context: Context, base: Image, folder: string, flags: BuildFlags): Promise<Image> {
  const { signal, onWarning } = context
  const { created, workdir } = flags
  const chosen = await choose(base, flags.platform)
  const [first] = runnableImages(chosen)
  const at = flags.at ?? (workdir || (first?.configuration?.workingDir ?? '/'))
  const platforms = chosen.kind === 'index' ? 'all' : undefined
  const options = { ...layerOptions(context, { ...flags, at }), created, onWarning, platforms } as const
  const image = await editImage(await appendLayer(chosen, folder, options), editsOf(flags), { signal, onWarning })
  // It is another image than the base.
  return { ...image, names: [], tags: [] }
}

/** Chooses the platforms of a base. One platform gives an image without an index. */
async function choose(base: Image, given: readonly string[] | undefined): Promise<Image> {
  if (base.kind !== 'index' && given === undefined) return base
  const platforms = base.kind === 'index' ? platformsOf(base, given) : (given ?? 'all')
  if (platforms !== 'all') return selectPlatforms(base, platforms.length === 1 ? (platforms[0] as string) : platforms)
  const [only, ...others] = runnableImages(base)
  return only && others.length === 0 && given === undefined
    ? selectPlatforms(base, formatPlatform(only.platform))
    : base
}
