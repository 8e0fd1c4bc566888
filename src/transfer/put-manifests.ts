import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { putManifest, putManifestWithTags } from '../registry/manifests.ts'
import type { Registry } from '../registry/registry.ts'
import type { PushPlan } from './plan.ts'

/** As many as any registry that takes several tags in one request takes (distribution-spec § Pushing Manifests). */
const TAGS_AT_ONCE = 10

/** A manifest in a repository, and the tags that it gets there. */
interface Tagging {
  readonly repository: string
  readonly digest: Digest
  readonly tags: string[]
}

/** What a push has of manifests and tags. */
type ManifestPlan = Pick<PushPlan, 'manifests' | 'tags'>

/** How many requests that takes where the registry takes several tags one by one; which it has to be asked for once. */
export function countManifestRequests(plan: ManifestPlan): number {
  const taggings = taggingsOf(plan)
  const asks = taggings.some(({ tags }) => tags.length > 1) ? 1 : 0
  return plan.manifests.length - (isOneStep(plan, taggings) ? 1 : 0) + plan.tags.length + asks
}

/**
 * Puts all manifests by digest, children first, and then the tags: none moves before all is in. Where one manifest alone is
 * tagged, and nothing comes after it, it moves together with its tags. Several tags go in one request where the registry takes them so.
 */
export async function putManifests(
  registry: Registry,
  plan: PushPlan,
  contents: ReadonlyMap<Digest, Content>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const taggings = taggingsOf(plan)
  const contentOf = (digest: Digest) => contents.get(digest) as Content
  for (const { repository, digest } of isOneStep(plan, taggings) ? plan.manifests.slice(0, -1) : plan.manifests) {
    await putManifest(registry, { repository, content: contentOf(digest) }, digest, signal)
  }
  let setsSeveral = true
  for (const { repository, digest, tags } of taggings) {
    const manifest = { repository, content: contentOf(digest) }
    const set = new Set<string>()
    for (let from = 0; setsSeveral && tags.length > 1 && from < tags.length; from += TAGS_AT_ONCE) {
      const batch = tags.slice(from, from + TAGS_AT_ONCE)
      const confirmed = await putManifestWithTags(registry, manifest, batch, signal)
      for (const tag of confirmed) set.add(tag)
      // Who did not take them once is not asked again.
      setsSeveral = confirmed.length > 0
    }
    for (const tag of tags) if (!set.has(tag)) await putManifest(registry, manifest, tag, signal)
  }
}

function isOneStep({ manifests }: ManifestPlan, taggings: readonly Tagging[]): boolean {
  const [only] = taggings
  const last = manifests.at(-1)
  return taggings.length === 1 && only?.digest === last?.digest && only?.repository === last?.repository
}

function taggingsOf({ tags }: ManifestPlan): readonly Tagging[] {
  const taggings = new Map<string, Tagging>()
  for (const { repository, tag, digest } of tags) {
    const key = `${repository}@${digest}`
    const tagging = taggings.get(key) ?? { repository, digest, tags: [] }
    tagging.tags.push(tag)
    taggings.set(key, tagging)
  }
  return [...taggings.values()]
}
