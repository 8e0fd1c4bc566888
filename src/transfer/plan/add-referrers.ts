import type { Image } from '../../images/image.ts'
import { isWhole } from '../../images/platforms.ts'
import { contains } from '../../images/referrer.ts'
import type { Digest } from '../../oci/digest.ts'
import { isReferrerTag } from '../../oci/referrer-tag.ts'
import type { ImagePush } from './needs.ts'

/**
 * Adds what is about the images that are pushed, and about that in turn, to the repositories that they go to: by
 * digest, and by the tags by which cosign finds it. An index that lists more than the archive holds is left out, with a
 * warning.
 *
 * @param referrers All that is about something.
 */
export function withReferrers(
  pushes: readonly ImagePush[],
  referrers: readonly Image[],
  onWarning?: (warning: string) => void,
): readonly ImagePush[] {
  const all = new Map(pushes.map((push) => [keyOf(push), push]))
  const strangers = new Map<Digest, Digest>()
  const incomplete = new Map<Digest, Digest>()
  // Those that are added on the way are looked at too.
  for (const { image, repository, originalDigest } of all.values()) {
    for (const referrer of referrers) {
      const { subject, manifest, tags } = referrer
      if (subject === undefined || contains(image, manifest.digest)) continue
      if (subject === originalDigest) strangers.set(manifest.digest, subject)
      if (!contains(image, subject)) continue
      if (!isWhole(referrer)) {
        incomplete.set(manifest.digest, subject)
        continue
      }
      const push = { image: referrer, repository, tags: tags.filter(isReferrerTag) }
      if (!all.has(keyOf(push))) all.set(keyOf(push), push)
    }
  }
  for (const [digest, about] of strangers) {
    onWarning?.(`${digest} is about the index ${about}, which is not pushed, so it is not pushed either.`)
  }
  for (const [digest, about] of incomplete) {
    onWarning?.(`${digest} is about ${about}, but the archive lacks some of what it lists, so it is not pushed.`)
  }
  return [...all.values()]
}

function keyOf({ repository, image, tags }: ImagePush): string {
  return `${repository}@${image.manifest.digest}:${tags}`
}
