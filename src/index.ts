export type { TarManifestEntry } from './archive/docker-archive.ts'
export {
  extractOriginalTags,
  getPrimaryTag,
  getTarManifest,
  inspectDockerTar,
  validateDockerTar,
} from './archive/docker-tar.ts'
export type { ImageInspect, LayerInfo } from './archive/inspect.ts'
export type { ImageChoice, ReadOptions } from './archive/options.ts'
export {
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  pushDockerTarWithOriginalTags,
} from './docker-tar.ts'
export {
  DigestMismatchError,
  NetworkError,
  RegistryError,
  ResponseError,
  type ResponseErrorDetail,
  TarReadError,
  ValidationError,
} from './errors.ts'
export { type BlobInfo, type Descriptor, formatPlatform, type Platform } from './oci/descriptor.ts'
export type { CreateHasher, Digest, Hasher } from './oci/digest.ts'
export type { HistoryEntry, ImageConfig } from './oci/image.ts'
export { type Index, type IndexEntry, isIndex, type Manifest } from './oci/manifest.ts'
export { type ParsedRepositoryTag, parseRepositoryTag, type RepositoryTag } from './oci/reference.ts'
export type { BlobProgress, PushProgress } from './push/progress.ts'
export type { PushOptions } from './push/push.ts'
export type { Answer } from './registry/answer.ts'
export type { Credentials } from './registry/auth.ts'
export { checkRegistryConnectivity } from './registry/connectivity.ts'
export { deleteImage, deleteImageByDigest } from './registry/delete.ts'
export type { RegistryRequest, SendRequest } from './registry/http.ts'
export { getImageInfo, type ImageInfo } from './registry/images.ts'
export { listRepositories, listTags } from './registry/lists.ts'
export { getManifest, type ManifestInfo } from './registry/manifests.ts'
export { openRegistry, type Registry, type RegistryInput, type RegistryOptions } from './registry/registry.ts'
export type { CreateBody } from './registry/upload.ts'
export type { SourceInput } from './source/from.ts'
export type { Source } from './source/source.ts'
