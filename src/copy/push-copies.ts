import { trackProgress } from '../control/push-progress.ts'
import { DigestMismatchError } from '../errors.ts'
import { referrersUnder } from '../images/platforms.ts'
import type { KnownBlobs } from '../transfer/plan/look-up.ts'
import { makePlan } from '../transfer/plan/make-plan.ts'
import type { ImagePush } from '../transfer/plan/needs.ts'
import type { PushPlan } from '../transfer/plan/plan.ts'
import { preparePushes } from '../transfer/plan/prepare.ts'
import { pushImages } from '../transfer/push.ts'
import type { CopyOptions } from './copy-options.ts'
import type { RepositoryRoute } from './route.ts'

/** Pushes images that were opened in a registry. Call it inside `withControl`. */
export async function pushCopies(
  route: RepositoryRoute,
  pushes: readonly ImagePush[],
  options: CopyOptions,
): Promise<void> {
  if (pushes.length === 0) return trackProgress(options.onProgress).phase('done')
  const opened = pushes.map(({ image }) => image)
  // The platforms were selected when the images were opened.
  const pushing = { ...options, platform: undefined, platforms: undefined, held: heldIn(route, options) }
  await pushImages(pushes, opened, route.target, pushing).catch((error) => {
    throw withRemedy(error, route)
  })
}

/** Plans the push of images that were opened in a registry. Call it inside `withControl`. */
export async function planCopies(
  route: RepositoryRoute,
  given: readonly ImagePush[],
  options: CopyOptions,
): Promise<PushPlan> {
  const { onWarning, runtime } = options
  const opened = given.map(({ image }) => image)
  const pushes = await preparePushes(given, opened, { onWarning, runtime })
  const images = [...opened, ...referrersUnder(opened)]
  const planning = { pushes, images, compressions: new Map(), known: heldIn(route, options) }
  const progress = trackProgress(undefined)
  const { plan } = await makePlan({ ...planning, registry: route.target, asksTags: true, progress }, options)
  return plan
}

/** Within one registry, the repository of the source has all blobs: they need not be looked for. */
function heldIn({ isOneRegistry, from }: RepositoryRoute, { existing }: CopyOptions): KnownBlobs | undefined {
  const holders = new Map([[from, 'present' as const]])
  return isOneRegistry && existing !== 'upload' ? { find: () => holders } : undefined
}

/** Adds a remedy to a digest mismatch. Digests are compared before the closing PUT, so the source has wrong bytes. */
function withRemedy(error: unknown, { from, source }: RepositoryRoute): unknown {
  if (!(error instanceof DigestMismatchError) || error.remedy !== undefined) return error
  const { code, fault, expected, actual, cause } = error
  const remedy = `the repository "${from}" of ${source.url} may have damaged bytes: push the image there again`
  return new DigestMismatchError(code, fault, { expected, actual, remedy, cause })
}
