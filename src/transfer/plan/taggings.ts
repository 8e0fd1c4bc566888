import type { Digest } from '../../oci/digest.ts'
import type { PushPlan } from './plan.ts'

/** A manifest in a repository, and the tags that it gets there. */
interface Tagging {
  readonly repository: string
  readonly digest: Digest
  readonly tags: string[]
}

/** The manifests and tags of a plan. */
type ManifestPlan = Pick<PushPlan, 'manifests' | 'tags'>

/**
 * Counts the requests for manifests and tags, if the registry takes tags one by one. One request asks whether it takes
 * several.
 */
export function countManifestRequests(plan: ManifestPlan): number {
  const taggings = taggingsOf(plan)
  const asks = taggings.some(({ tags }) => tags.length > 1) ? 1 : 0
  return plan.manifests.length - (isOneStep(plan, taggings) ? 1 : 0) + plan.tags.length + asks
}

/**
 * Tells whether the last manifest moves together with its tags: it alone is tagged, and nothing comes after it. A
 * referrer has to be there before it is listed, which comes before the tags.
 */
export function isOneStep({ manifests }: ManifestPlan, taggings: readonly Tagging[]): boolean {
  const [only] = taggings
  const last = manifests.at(-1)
  const isLast = only?.digest === last?.digest && only?.repository === last?.repository
  return taggings.length === 1 && isLast && last?.subject === undefined
}

/** Groups the tags of a plan by the manifest that they point at. */
export function taggingsOf({ tags }: ManifestPlan): readonly Tagging[] {
  const taggings = new Map<string, Tagging>()
  for (const { repository, tag, digest } of tags) {
    const key = `${repository}@${digest}`
    const tagging = taggings.get(key) ?? { repository, digest, tags: [] }
    tagging.tags.push(tag)
    taggings.set(key, tagging)
  }
  return [...taggings.values()]
}
