import { type PushPlan, planPush } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { withArchive } from '../input/open-archive.ts'
import { archivePlatforms } from '../input/platforms.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { findDestinations, readTarget } from '../transfer/destinations.ts'
import { formatPlans } from '../transfer/format-plan.ts'
import type { PushFlags } from '../transfer/push-flags.ts'

/** Plans a push: one plan for each image and repository. It sends nothing. */
export async function plan(
  context: Context,
  input: string,
  destination: string | undefined,
  flags: PushFlags,
): Promise<Result> {
  const { signal, onWarning, showProgress } = context
  const { mountFrom, foreignLayers, compress, entry } = flags
  if (input === '-') {
    throw new UsageError('Cannot plan the push of an archive from stdin', 'save the archive to a file, and plan that')
  }
  const target = await readTarget(destination, flags)
  const options = {
    signal,
    onWarning,
    onProgress: showProgress,
    mountFrom,
    compress,
    ...archivePlatforms(flags.platform),
    ...(foreignLayers && { foreignLayers: 'upload' as const }),
  }
  return withArchive(context, input, entry, async (archive) => {
    const plans: PushPlan[] = []
    const destinations = await findDestinations(archive, target, flags, context)
    for (const { image, position, registry, repository, tags } of destinations) {
      const choice = position === undefined ? {} : { images: [position] }
      const images = position === undefined ? [image] : archive.images
      const handle = await context.openRegistry(registry)
      plans.push(await planPush(images, handle, { ...options, ...choice, repository, tags }))
    }
    return formatPlans(context, plans)
  })
}
