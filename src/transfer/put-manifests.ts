import { loaded } from '../async/lazy.ts'
import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { putManifest } from '../registry/manifests.ts'
import type { Registry } from '../registry/registry.ts'
import type { PlannedManifest, PushPlan } from './plan/plan.ts'
import { isOneStep, taggingsOf } from './plan/taggings.ts'

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
  const unlisted: PlannedManifest[] = []
  for (const manifest of isOneStep(plan, taggings) ? plan.manifests.slice(0, -1) : plan.manifests) {
    const { repository, digest, subject } = manifest
    const isListed = await putManifest(registry, { repository, content: contentOf(digest) }, digest, signal)
    if (subject && !isListed) unlisted.push(manifest)
  }
  if (unlisted.length > 0) {
    const { listPushedReferrers } = await loaded(import('./list-pushed-referrers.ts'), signal)
    await listPushedReferrers(registry, unlisted, contents, signal)
  }
  const several = taggings.some(({ tags }) => tags.length > 1)
  const writer = several ? await loaded(import('../registry/tag-writer.ts'), signal) : undefined
  const writeTags = writer?.createTagWriter(registry, signal)
  for (const { repository, digest, tags } of taggings) {
    const manifest = { repository, content: contentOf(digest) }
    if (writeTags) await writeTags(manifest, tags)
    else for (const tag of tags) await putManifest(registry, manifest, tag, signal)
  }
}
