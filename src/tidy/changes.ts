import type { Digest } from '../oci/digest.ts'
import { findClosure } from './closure.ts'
import type { DeletePlan } from './delete-plan.ts'
import type { RepositoryReader } from './repository-reader.ts'

/**
 * Finds what may not go any more, because a tag that was set since the plan needs it.
 *
 * @returns the digests, each with the reason in words
 */
export async function findNeeded(reader: RepositoryReader, plan: DeletePlan): Promise<ReadonlyMap<Digest, string>> {
  const before = new Map(plan.tags.map(({ tag, digest }) => [tag, digest]))
  const known = new Set(plan.unread.map(({ reference }) => reference))
  const { heads, unread } = await reader.readTags(() => {})
  const changed = [...heads].filter(([tag, { digest }]) => before.get(tag) !== digest)
  const closure = await findClosure(
    reader,
    changed.map(([tag, { digest, mediaType }]) => ({ tag, digest, mediaType })),
  )
  const lost = [...closure.unread.keys(), ...unread.keys()].find((reference) => !known.has(reference))
  if (lost === undefined) {
    return new Map([...closure.digests].map((digest) => [digest, 'a tag that was set since the plan needs it']))
  }
  const text = `"${lost}" cannot be read: it may need this manifest`
  return new Map(plan.deletes.map(({ digest }) => [digest, text]))
}
