export { type Archive, openArchive } from './archive/archive.ts'
export type { TarManifestEntry } from './archive/docker-manifest.ts'
export {
  extractOriginalTags,
  getPrimaryTag,
  getTarManifest,
  inspectDockerTar,
  type ValidateOptions,
  validateDockerTar,
} from './archive/docker-tar.ts'
export type { ArchiveFormat } from './archive/format.ts'
export type { ArchiveInput, FolderInput, StreamInput } from './archive/input.ts'
export type { ImageInspect, LayerInfo } from './archive/inspect.ts'
export type { ArchiveLimits } from './archive/limits.ts'
export type { OpenProgress, ReadOptions } from './archive/options.ts'
export { listZipEntries } from './archive/zip.ts'
export { type BrowserCompressionsOptions, browserCompressions } from './compress/browser.ts'
export { type CompressionCache, memoryCompressions, type StoredCompression } from './compress/cache.ts'
export type { CompressionFormat, CreateEncoder, Encoder } from './compress/encoder.ts'
export type { Compression, CompressOptions, EncodingOptions } from './compress/options.ts'
export { createPortableEncoder } from './compress/portable.ts'
export {
  type PushArchiveOptions,
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
export { isAttestation } from './oci/attestation.ts'
export type { ImageChoice, PlatformChoice } from './oci/choose-image.ts'
export { type BlobInfo, type Content, type Descriptor, formatPlatform, type Platform } from './oci/descriptor.ts'
export type { CreateHasher, Digest, Hasher } from './oci/digest.ts'
export type { CreateHashWorker } from './oci/hash-workers.ts'
export type { HistoryEntry, Image, ImageConfig, Layer } from './oci/image.ts'
export { type Index, type IndexEntry, isIndex, type Manifest } from './oci/manifest.ts'
export { type RunnableImage, runnableImages } from './oci/platforms.ts'
export { type ParsedRepositoryTag, parseRepositoryTag, type RepositoryTag } from './oci/reference.ts'
export { createPushController, type PushController, type PushSettings } from './push/control.ts'
export type { BlobKind, ForeignLayers } from './push/layout.ts'
export type { PushNaming } from './push/naming.ts'
export type { PushOptions } from './push/options.ts'
export type {
  DigestChange,
  PlannedBlob,
  PlannedCompression,
  PlannedManifest,
  PlannedTag,
  PushPlan,
} from './push/plan.ts'
export { type PlanOptions, planPush } from './push/plan-push.ts'
export type { PlatformSelection } from './push/prepare.ts'
export type { BlobProgress, PushProgress } from './push/progress.ts'
export { executePush } from './push/push.ts'
export type { Answer } from './registry/answer.ts'
export type {
  Credentials,
  CredentialsRequest,
  IdentityTokenCredentials,
  PasswordCredentials,
  ProvideCredentials,
  TokenCredentials,
} from './registry/auth/credentials.ts'
export { checkRegistryConnectivity } from './registry/connectivity.ts'
export { deleteImage, deleteImageByDigest } from './registry/delete.ts'
export type { ImageFacts } from './registry/image-facts.ts'
export type { ImageInfo } from './registry/image-info.ts'
export { getImageInfo, getManifest } from './registry/images.ts'
export type { IndexImage } from './registry/index-images.ts'
export { listRepositories, listTags } from './registry/lists.ts'
export type { ManifestInfo } from './registry/read-manifest.ts'
export { openRegistry, type Registry, type RegistryInput, type RegistryOptions } from './registry/registry.ts'
export type { RegistryRequest, SendRequest } from './registry/send.ts'
export { type BrowserSessionsOptions, browserSessions } from './registry/sessions/browser.ts'
export { memorySessions } from './registry/sessions/memory.ts'
export type { SessionStore, StoredSession } from './registry/sessions/store.ts'
export type { CreateBody, CreateStreamBody, UploadEvent } from './registry/upload/options.ts'
export type { UploadProfile, UploadProfileName } from './registry/upload/profile.ts'
export type { UploadTraits } from './registry/upload/traits.ts'
export type { SourceInput } from './source/from.ts'
export type { Source } from './source/source.ts'
export type { OpenSource, Spool } from './source/spool.ts'
export type { ByteStream } from './source/stream.ts'
export type { UnpackLimits } from './unpack/limits.ts'
export type { ZipEntry } from './unpack/zip.ts'
