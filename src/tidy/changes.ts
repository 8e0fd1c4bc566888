import type { Digest } from '../oci/digest.ts'
import { findClosure } from './closure.ts'
import type { DeletePlan } from './delete-plan.ts'
import type { RepositoryReader } from './repository-reader.ts'

/**
 * Finds what may not go, because a tag needs it that was set since the plan, or that somebody removed from the plan.
 *
 * @returns the digests, each with the reason in words
 */
export async function findNeeded(reader: RepositoryReader, plan: DeletePlan): Promise<ReadonlyMap<Digest, string>> {
  const before = new Map(plan.tags.map(({ tag, digest }) => [tag, digest]))
  const known = new Set(plan.unread.map(({ reference }) => reference))
  const { heads, unread } = await reader.readTags(() => {})
  const going = new Map(plan.deletes.flatMap(({ way, digest, tags }) => (way === 'digest' ? [[digest, tags]] : [])))
  const isKept = (tag: string, digest: Digest) => going.get(digest)?.includes(tag) === false
  const changed = [...heads].filter(([tag, { digest }]) => before.get(tag) !== digest || isKept(tag, digest))
  const closure = await findClosure(
    reader,
    changed.map(([tag, { digest, mediaType }]) => ({ tag, digest, mediaType })),
  )
  const lost = [...closure.unread.keys(), ...unread.keys()].find((reference) => !known.has(reference))
  if (lost === undefined) {
    return new Map([...closure.digests].map((digest) => [digest, 'a tag that the plan does not delete needs it']))
  }
  const text = `"${lost}" cannot be read: it may need this manifest`
  return new Map(plan.deletes.map(({ digest }) => [digest, text]))
}
