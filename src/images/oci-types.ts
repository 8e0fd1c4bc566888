import { MEDIA_TYPES } from '../oci/media-type.ts'

/** OCI's names for what Docker has names of its own for (image-spec § Compatibility Matrix). */
const OCI_NAMES: Readonly<Record<string, string>> = {
  [MEDIA_TYPES.dockerManifestList]: MEDIA_TYPES.ociIndex,
  [MEDIA_TYPES.dockerManifest]: MEDIA_TYPES.ociManifest,
  [MEDIA_TYPES.dockerConfig]: MEDIA_TYPES.ociConfig,
  [MEDIA_TYPES.dockerLayer]: MEDIA_TYPES.ociLayer,
  [MEDIA_TYPES.dockerLayerGzip]: `${MEDIA_TYPES.ociLayer}+gzip`,
  [MEDIA_TYPES.dockerLayerZstd]: `${MEDIA_TYPES.ociLayer}+zstd`,
  'application/vnd.docker.image.rootfs.foreign.diff.tar': 'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip':
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
}

/** OCI's name for a media type. What is no name of Docker's stays as it is. */
export function toOciType(mediaType: string): string {
  return OCI_NAMES[mediaType] ?? mediaType
}
