import { shortDigest } from '../../src/element/words/format.ts'

/** A step of a delete. */
interface Step {
  readonly tags: readonly string[]
  readonly digest: string
}

/** Names the tags that steps delete, or the digest of an image without tags. */
export function namesOfSteps(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ tags, digest }) => (tags.length > 0 ? tags : [shortDigest(digest)]))
}
