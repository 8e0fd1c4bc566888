/**
 * The media types of image manifests, by their names in image-spec § Media Types and in Docker's manifest v2 schema 2.
 */
export const MEDIA_TYPES = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
} as const

const INDEXES: readonly string[] = [MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerManifestList]
const MANIFESTS: readonly string[] = [MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest]
const CONFIGS: readonly string[] = [MEDIA_TYPES.ociConfig, MEDIA_TYPES.dockerConfig]
const PLAIN_LAYERS: readonly string[] = [MEDIA_TYPES.ociLayer, MEDIA_TYPES.dockerLayer]
const FOREIGN_LAYER =
  /^application\/vnd\.(?:oci\.image\.layer\.nondistributable\.v1\.tar|docker\.image\.rootfs\.foreign\.diff\.tar)(?:[.+]\w+)?$/

/** Everything a client that pulls today must accept: with less, registries convert or refuse. */
export const MANIFEST_MEDIA_TYPES: readonly string[] = [...INDEXES, ...MANIFESTS]

export const isIndexType = (mediaType: string): boolean => INDEXES.includes(mediaType)
export const isManifestType = (mediaType: string): boolean => MANIFESTS.includes(mediaType)
/** Tells whether a config type is that of a runnable image; artifacts have others. */
export const isImageConfigType = (mediaType: string): boolean => CONFIGS.includes(mediaType)
/** Tells whether a layer is not compressed, so that its digest is its diff ID. */
export const isPlainLayerType = (mediaType: string): boolean => PLAIN_LAYERS.includes(mediaType)
/**
 * Tells whether a layer may not be distributed: it stays where its `urls` say (image-spec § Non-Distributable Layers).
 */
export const isForeignLayerType = (mediaType: string): boolean => FOREIGN_LAYER.test(mediaType)

/** A `Content-Type` without its parameters. */
export function bareMediaType(contentType: string | null): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() || undefined
}
