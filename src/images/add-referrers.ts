import type { Digest } from '../oci/digest.ts'
import type { Image } from './image.ts'
import { isWhole } from './platforms.ts'
import { contains } from './referrer.ts'

/** An image that is moved. */
export interface ChosenImage {
  readonly image: Image
  /** The image that this one was made of, where it is another one. */
  readonly originalDigest?: Digest | undefined
}

/** Adds a referrer to the images that are moved. */
interface Adding<C extends ChosenImage> {
  /** Makes the choice of a referrer, from the choice of what it is about. */
  choose(referrer: Image, about: C): C
  /** Two choices with the same key are one. */
  keyOf(chosen: C): string
  readonly onWarning?: ((warning: string) => void) | undefined
}

/**
 * Adds the referrers of the chosen images, and the referrers of these. An incomplete index is left out, with a
 * warning.
 *
 * @param referrers All referrers, whatever they are about.
 */
export function withReferrers<C extends ChosenImage>(
  chosen: readonly C[],
  referrers: readonly Image[],
  { choose, keyOf, onWarning }: Adding<C>,
): readonly C[] {
  const all = new Map(chosen.map((one) => [keyOf(one), one]))
  const strangers = new Map<Digest, Digest>()
  const incomplete = new Map<Digest, Digest>()
  // Those that are added on the way are looked at too.
  for (const about of all.values()) {
    for (const referrer of referrers) {
      const { subject, manifest } = referrer
      if (subject === undefined || contains(about.image, manifest.digest)) continue
      if (subject === about.originalDigest) strangers.set(manifest.digest, subject)
      if (!contains(about.image, subject)) continue
      if (!isWhole(referrer)) {
        incomplete.set(manifest.digest, subject)
        continue
      }
      const added = choose(referrer, about)
      if (!all.has(keyOf(added))) all.set(keyOf(added), added)
    }
  }
  for (const [digest, about] of strangers) {
    onWarning?.(`${digest} is about the index ${about}, which is left out, so it is left out too.`)
  }
  for (const [digest, about] of incomplete) {
    onWarning?.(`${digest} is about ${about}, but some of what it lists is missing, so it is left out.`)
  }
  return [...all.values()]
}
