import { withControl } from '../control/controller.ts'
import type { PushPlan } from '../transfer/plan/plan.ts'
import { checkImagePlaces } from './check-places.ts'
import type { CopiedImage, CopyOptions, CopySource, CopyTarget } from './copy-options.ts'
import { prepareCopy } from './prepare-copy.ts'
import { planCopies, pushCopies } from './push-copies.ts'
import { routeOf } from './route.ts'

/** Copies an image; throws what `copyImage` throws. Call it inside `withControl`. */
export async function runCopy(from: CopySource, to: CopyTarget, options: CopyOptions): Promise<CopiedImage> {
  checkImagePlaces(from, to, options)
  const route = routeOf(from, to)
  const { result, push } = await prepareCopy(route, options)
  await pushCopies(route, push ? [push] : [], options)
  return result
}

/** Plans a copy; throws what `planCopy` throws. */
export async function makeCopyPlan(from: CopySource, to: CopyTarget, given: CopyOptions): Promise<PushPlan> {
  checkImagePlaces(from, to, given)
  // With `verify`, a present image is planned too.
  return withControl({ ...given, verify: true }, async (options) => {
    const route = routeOf(from, to)
    const { push } = await prepareCopy(route, options)
    return planCopies(route, push ? [push] : [], options)
  })
}
