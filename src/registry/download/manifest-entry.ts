import { type Descriptor, descriptorOf } from '../../oci/descriptor.ts'
import { isIndex } from '../../oci/manifest.ts'
import { isIndexType, isManifestType, MEDIA_TYPES } from '../../oci/media-type.ts'
import type { ManifestInfo } from '../read-manifest.ts'

/**
 * Returns the descriptor of a manifest that was read. A registry may answer with another type than the manifest's own,
 * such as `application/json`.
 */
export function entryOf(found: ManifestInfo): Descriptor {
  const isKnown = isIndexType(found.mediaType) || isManifestType(found.mediaType)
  const mediaType = isIndex(found.manifest) ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest
  return { ...descriptorOf(found), ...(!isKnown && { mediaType }) }
}
