import { trackProgress } from '../control/push-progress.ts'
import { DigestMismatchError } from '../errors.ts'
import { referrersUnder } from '../images/platforms.ts'
import { underControl } from '../transfer/controlled-registry.ts'
import { makePlan } from '../transfer/plan/make-plan.ts'
import type { ImagePush } from '../transfer/plan/needs.ts'
import type { PushPlan } from '../transfer/plan/plan.ts'
import { preparePushes } from '../transfer/plan/prepare.ts'
import { runPlan } from '../transfer/run-plan.ts'
import { withUploader } from '../transfer/send-blob.ts'
import type { CopyOptions } from './copy-options.ts'
import type { RepositoryRoute } from './route.ts'

/** Pushes images that were opened in a registry. Call it inside `withControl`. */
export async function pushCopies(
  route: RepositoryRoute,
  pushes: readonly ImagePush[],
  options: CopyOptions,
): Promise<void> {
  const controlled = await underControl(route.target, options)
  const progress = trackProgress(options.onProgress, controlled.speed.measure)
  if (pushes.length === 0) return progress.phase('done')
  const planning = await planningOf(route, pushes, options)
  await withUploader(controlled, progress, options, async (uploader) => {
    const { registry } = controlled
    const planned = await makePlan({ ...planning, registry, asksTags: false, progress }, options)
    await runPlan({ ...planned, uploader, known: planning.known }, options)
  }).catch((error) => {
    throw withRemedy(error, route)
  })
}

/** Plans the push of images that were opened in a registry. Call it inside `withControl`. */
export async function planCopies(
  route: RepositoryRoute,
  pushes: readonly ImagePush[],
  options: CopyOptions,
): Promise<PushPlan> {
  const progress = trackProgress(undefined)
  const planning = await planningOf(route, pushes, options)
  const { plan } = await makePlan({ ...planning, registry: route.target, asksTags: true, progress }, options)
  return plan
}

/** Within one registry, the repository of the source has all blobs: they need not be looked for. */
async function planningOf(route: RepositoryRoute, given: readonly ImagePush[], options: CopyOptions) {
  const opened = given.map(({ image }) => image)
  const { onWarning, runtime } = options
  const pushes = await preparePushes(given, opened, { onWarning, runtime })
  const isKnown = route.isOneRegistry && options.existing !== 'upload'
  const holders = new Map([[route.from, 'present' as const]])
  return {
    pushes,
    images: [...opened, ...referrersUnder(opened)],
    compressions: new Map(),
    known: isKnown ? { find: () => holders } : undefined,
  }
}

/** Adds a remedy to a digest mismatch. Digests are compared before the closing PUT, so the source has wrong bytes. */
function withRemedy(error: unknown, { from, source }: RepositoryRoute): unknown {
  if (!(error instanceof DigestMismatchError) || error.remedy !== undefined) return error
  const { code, fault, expected, actual, cause } = error
  const remedy = `the repository "${from}" of ${source.url} may have damaged bytes: push the image there again`
  return new DigestMismatchError(code, fault, { expected, actual, remedy, cause })
}
