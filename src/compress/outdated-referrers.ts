import type { ChosenImage } from '../images/add-referrers.ts'
import type { Digest } from '../oci/digest.ts'
import { collectChanging, type LayerChange } from './layer-change.ts'

/** Leaves out the referrers of manifests that will change, and their referrers. */
export function withoutOutdatedReferrers<C extends ChosenImage>(
  chosen: readonly C[],
  change: LayerChange,
  isAskedFor: (chosen: C) => boolean,
  onLeftOut: (digest: Digest, about: Digest) => void,
): readonly C[] {
  const gone = new Set<Digest>()
  for (const { image } of chosen) collectChanging(image, change, gone)
  return chosen.filter((one) => {
    const { subject, manifest } = one.image
    if (subject === undefined || !gone.has(subject) || isAskedFor(one)) return true
    gone.add(manifest.digest)
    onLeftOut(manifest.digest, subject)
    return false
  })
}
