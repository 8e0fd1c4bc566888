import { withReferrers } from '../../images/add-referrers.ts'
import type { Image } from '../../images/image.ts'
import { isReferrerTag } from '../../oci/referrer-tag.ts'
import type { ImagePush } from './needs.ts'

/**
 * Adds the referrers of what is pushed, and theirs, to the repositories of their subjects: by digest, and by the tags
 * by which cosign finds them.
 *
 * @param referrers All referrers, whatever they are about.
 */
export function pushReferrers(
  pushes: readonly ImagePush[],
  referrers: readonly Image[],
  onWarning: ((warning: string) => void) | undefined,
): readonly ImagePush[] {
  return withReferrers<ImagePush>(pushes, referrers, {
    choose: (image, { repository }) => ({ image, repository, tags: image.tags.filter(isReferrerTag) }),
    keyOf: ({ repository, image, tags }) => `${repository}@${image.manifest.digest}:${tags}`,
    onWarning,
  })
}
