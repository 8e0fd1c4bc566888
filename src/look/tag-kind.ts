import { isIndex } from '../oci/manifest.ts'
import { kindOf, type ReferrerKind } from '../oci/referrer-kind.ts'
import { isReferrerTag, subjectOfTag } from '../oci/referrer-tag.ts'
import type { ImageInfo } from '../registry/image-info.ts'

/**
 * The kind of what a tag names:
 *
 * - `image`: an image for one platform
 * - `index`: images for several platforms, or one image in an index
 * - `referrers`: the list of the referrers of an image, in a registry without the referrers API
 * - `artifact`: an artifact of a kind that is not known; `artifactType` tells more
 * - otherwise an artifact of a known kind, such as `helm-chart`, `cosign-signature` or `sbom`
 */
export type TagKind = 'image' | 'index' | 'referrers' | 'artifact' | Exclude<ReferrerKind, 'unknown'>

/** Tells the kind of an image or an artifact by what it contains. */
export function kindOfInfo(info: ImageInfo): TagKind {
  const { manifest, platforms, platform, artifactType, annotations, layers, images } = info
  if (isIndex(manifest) && platforms.length > 0) return 'index'
  const [image] = images
  const [layer] = layers
  const kinds = [
    kindOf({ artifactType, annotations: { ...image?.annotations, ...annotations } }),
    // cosign 2 and BuildKit store what they sign and attest in images, whose layers have its type.
    kindOf({ artifactType: layer?.mediaType, annotations: {} }),
  ]
  const known = kinds.find((kind) => kind !== 'unknown')
  if (known) return known
  if (platform !== undefined) return isIndex(manifest) ? 'index' : 'image'
  if (artifactType !== undefined) return 'artifact'
  return isIndex(manifest) ? 'index' : 'image'
}

/** Tells the kind by the name of a tag, if that is one of cosign's or of a list of referrers. */
export function kindOfTag(tag: string): TagKind | undefined {
  if (subjectOfTag(tag) === undefined) return undefined
  if (!isReferrerTag(tag)) return 'referrers'
  const kind = kindOf({ artifactType: undefined, annotations: {}, tag })
  return kind === 'unknown' ? undefined : kind
}
