import type { Digest } from '../oci/digest.ts'
import type { Image } from '../oci/image.ts'
import { isWhole } from '../oci/platforms.ts'
import { contains } from '../oci/referrer.ts'
import { isReferrerTag } from '../oci/referrer-tag.ts'
import { notWhole } from '../oci/select-platforms.ts'
import type { ImagePush } from './layout.ts'

/**
 * Adds what is about the images that are pushed, and about that in turn, to the repositories that they go to: by digest, and by the tags by
 * which cosign finds it.
 *
 * @param referrers All that is about something.
 * @throws {ValidationError} if one of them is an index that lists more than the archive holds
 */
export function withReferrers(
  pushes: readonly ImagePush[],
  referrers: readonly Image[],
  onWarning?: (warning: string) => void,
): readonly ImagePush[] {
  const all = new Map(pushes.map((push) => [keyOf(push), push]))
  const strangers = new Map<Digest, Digest>()
  // Those that are added on the way are looked at too.
  for (const { image, repository, madeOf } of all.values()) {
    for (const referrer of referrers) {
      const { subject, manifest, tags } = referrer
      if (subject === undefined || contains(image, manifest.digest)) continue
      if (subject === madeOf) strangers.set(manifest.digest, subject)
      if (!contains(image, subject)) continue
      if (!isWhole(referrer)) throw notWhole(referrer)
      const push = { image: referrer, repository, tags: tags.filter(isReferrerTag) }
      if (!all.has(keyOf(push))) all.set(keyOf(push), push)
    }
  }
  for (const [digest, about] of strangers) {
    onWarning?.(`${digest} is about the index ${about}, which is not pushed, so it is not pushed either.`)
  }
  return [...all.values()]
}

function keyOf({ repository, image, tags }: ImagePush): string {
  return `${repository}@${image.manifest.digest}:${tags}`
}
