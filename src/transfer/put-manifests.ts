import { loaded } from '../async/lazy.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { putManifest, putManifestWithTags } from '../registry/manifests.ts'
import type { Registry } from '../registry/registry.ts'
import type { PushPlan } from './plan/plan.ts'
import { isOneStep, taggingsOf } from './plan/taggings.ts'

/** As many as any registry that takes several tags in one request takes (distribution-spec § Pushing Manifests). */
const TAGS_AT_ONCE = 10

/**
 * Puts all manifests by digest, children first, and then the tags: none moves before all is in. Where one manifest
 * alone is tagged, and nothing comes after it, it moves together with its tags. Several tags go in one request where
 * the registry takes them so. Before the tags, referrers are listed where the registry does not do that itself.
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
  if (plan.manifests.some(({ subject }) => subject)) {
    const { listPushedReferrers } = await loaded(import('./list-pushed-referrers.ts'), signal)
    await listPushedReferrers(registry, plan, contents, signal)
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
