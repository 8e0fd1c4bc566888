export { type Archive, openArchive } from './archive/archive.ts'
export { chooseImage } from './archive/choose-image.ts'
export type { TarManifestEntry } from './archive/docker-manifest.ts'
export type { FolderInput } from './archive/folder-files.ts'
export type { ArchiveContents, ArchiveFormat } from './archive/format.ts'
export type { ImageInspect, LayerInfo } from './archive/image-inspect.ts'
export type { ArchiveInput, StreamInput } from './archive/input.ts'
export {
  extractOriginalTags,
  getPrimaryTag,
  getTarManifest,
  inspectDockerTar,
  type ValidateOptions,
  validateDockerTar,
} from './archive/inspect-archive.ts'
export type { ArchiveLimits } from './archive/limits.ts'
export { listZipEntries } from './archive/list-zip.ts'
export type { OpenProgress, ReadOptions } from './archive/read-options.ts'
export type { ArtifactFile, ArtifactFiles } from './artifacts/artifact-files.ts'
export type {
  ArtifactOptions,
  AttachOptions,
  PushArtifactOptions,
  PushedArtifact,
} from './artifacts/artifact-options.ts'
export { attachArtifact, pushArtifact } from './artifacts/attach-artifact.ts'
export { listReferrers } from './artifacts/list-referrers.ts'
export { pullArtifact } from './artifacts/pull-artifact.ts'
export type { PullArtifactOptions, PulledArtifact, PulledFile } from './artifacts/pulled-artifact.ts'
export type { ListReferrersOptions, Referrer } from './artifacts/referrer.ts'
export { type BrowserCompressionsOptions, browserCompressions } from './compress/browser-compressions.ts'
export { type CompressionCache, memoryCompressions, type StoredCompression } from './compress/cache.ts'
export type { Compression, CompressOptions, EncodingOptions } from './compress/compress-options.ts'
export { createPortableEncoder } from './compress/portable.ts'
export type { ControlSettings, Controls } from './control/controller.ts'
export { createPushController, type PushController, type PushSettings } from './control/push-controller.ts'
export type { BlobKind, BlobProgress, BlobState, PushProgress } from './control/push-progress.ts'
export {
  createWriteController,
  type WriteController,
  type WriteControlOptions,
  type WriteSettings,
} from './control/write-controller.ts'
export type { WriteProgress, WrittenBlob } from './control/write-progress.ts'
export { copyImage, planCopy } from './copy/copy-image.ts'
export type { CopiedImage, CopyOptions, CopySource, CopyTarget, PlanCopyOptions } from './copy/copy-options.ts'
export { copyRepository } from './copy/copy-repository.ts'
export type { CopiedTag, CopyRepositoryOptions } from './copy/copy-repository-options.ts'
export type { CheckName, FindingCode, RegistryCheck, ServerSettings } from './doctor/check.ts'
export type { DiagnoseOptions } from './doctor/diagnose-options.ts'
export { diagnoseRegistry } from './doctor/diagnose-registry.ts'
export { type CurlOutputOptions, readCurlOutput } from './doctor/read-curl-output.ts'
export { appendLayer } from './edit/append-layer.ts'
export type { AppendOptions, LayerMakingOptions, LayerProgress } from './edit/append-options.ts'
export { createImage } from './edit/create-image.ts'
export { createIndex } from './edit/create-index.ts'
export { editImage } from './edit/edit-image.ts'
export { selectPlatforms } from './edit/fewer-platforms.ts'
export type { ChangeOptions, CreateIndexOptions, EditOptions, ImageEdits, MapChanges } from './edit/image-edits.ts'
export type {
  FileAttributes,
  FileOptions,
  LayerFile,
  LayerFileInput,
  LayerFiles,
  LayerLink,
} from './edit/layer-files.ts'
export type { NewImage, NewLayer } from './edit/new-image.ts'
export {
  DigestMismatchError,
  type ErrorCode,
  type ErrorDetails,
  NetworkError,
  RegistryError,
  type RequestDetails,
  ResponseError,
  type ResponseErrorDetail,
  TarReadError,
  ValidationError,
} from './errors.ts'
export type { HashWorker } from './hash/worker-pool.ts'
export type { CreateHashWorker } from './hash/workers.ts'
export type { Answer } from './http/answer.ts'
export type { HttpRequest, Patience, RequestBody } from './http/request.ts'
export type { ImageChoice, PlatformChoice } from './images/choose-image.ts'
export type { ImagesChoice } from './images/choose-images.ts'
export type {
  Artifact,
  ConfiguredImage,
  HistoryEntry,
  Image,
  ImageConfig,
  ImageIndex,
  ImageParts,
  Layer,
} from './images/image.ts'
export type { PlatformSelection } from './images/platform-selection.ts'
export { type RunnableImage, runnableImages } from './images/platforms.ts'
export type { BlobStream, ReadBlobOptions } from './look/blob-stream.ts'
export { diffImages } from './look/diff-images.ts'
export type { ConfigChange, DiffImagesOptions, FileChange, ImageDiff } from './look/image-diff.ts'
export { listImageFiles, readImageFile } from './look/image-files.ts'
export type { ImageFile, ImageFilesOptions } from './look/image-files-options.ts'
export type { LayerLimits } from './look/layer-limits.ts'
export type { LayerFilesOptions, LayerReference, ReadProgress } from './look/layer-options.ts'
export { listLayerFiles } from './look/list-layer-files.ts'
export { listTagDetails } from './look/list-tag-details.ts'
export type { ListedFile, ListedFileType } from './look/listed-file.ts'
export type { OpenedFile } from './look/opened-file.ts'
export { readBlob } from './look/read-blob.ts'
export type { ReadFileOptions } from './look/read-file-options.ts'
export { readLayerFile } from './look/read-layer-file.ts'
export { sumSizes } from './look/sum-sizes.ts'
export type { TagDetails } from './look/tag-details.ts'
export type { TagDetailsOptions } from './look/tag-details-options.ts'
export type { TagKind } from './look/tag-kind.ts'
export { isAttestation } from './oci/attestation.ts'
export { type BlobInfo, type Content, type Descriptor, formatPlatform, type Platform } from './oci/descriptor.ts'
export type { CreateHasher, Digest, Hasher } from './oci/digest.ts'
export type { JsonObject } from './oci/json.ts'
export { type Index, type IndexEntry, isIndex, type Manifest } from './oci/manifest.ts'
export {
  type ParsedReference,
  type ParsedRepositoryTag,
  parseReference,
  parseRepositoryTag,
  type RepositoryTag,
} from './oci/reference.ts'
export type { ReferrerKind } from './oci/referrer-kind.ts'
export { parseRegistryAddress } from './oci/registry-address.ts'
export { pullBundle, pullDockerTar } from './pull/pull-docker-tar.ts'
export type { PulledBundle, PulledTar, PullOptions } from './pull/pull-options.ts'
export {
  type PushArchiveOptions,
  type PushTarget,
  push,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  pushDockerTarWithOriginalTags,
} from './push-archive.ts'
export type {
  Credentials,
  CredentialsRequest,
  IdentityTokenCredentials,
  PasswordCredentials,
  ProvideCredentials,
  TokenCredentials,
} from './registry/auth/credentials.ts'
export type { Scope } from './registry/auth/scope.ts'
export type { Capabilities } from './registry/capabilities.ts'
export type { DocumentMemory, KeptDocument } from './registry/document-memory.ts'
export type { DownloadLimits } from './registry/download/limits.ts'
export { openImage } from './registry/download/open-image.ts'
export type { OpenImageOptions } from './registry/download/open-image-options.ts'
export type { ImageFacts } from './registry/image-facts.ts'
export type { ImageInfo, ImageInfoOptions } from './registry/image-info.ts'
export type { BuildStep, ImageLayer, ImageLayers } from './registry/image-layers.ts'
export type { IndexImage } from './registry/index-images.ts'
export { type KeepDocumentsOptions, keepDocuments } from './registry/keep-documents.ts'
export { iterateRepositories, iterateTags, listRepositories, listTags } from './registry/lists.ts'
export { checkRegistryConnectivity } from './registry/ping.ts'
export type { UploadProfile, UploadProfileName } from './registry/profile.ts'
export type { ConfigInfo } from './registry/read-config.ts'
export { getConfig, getDigest, getImageInfo, getManifest } from './registry/read-image.ts'
export type { ManifestInfo } from './registry/read-manifest.ts'
export {
  openRegistry,
  type Registry,
  type RegistryInput,
  type RegistryOptions,
  type RequestOptions,
} from './registry/registry.ts'
export type { RegistryRequest, SendRequest } from './registry/send.ts'
export { type BrowserSessionsOptions, browserSessions } from './registry/sessions/browser-sessions.ts'
export { dropUnfinishedUpload, listUnfinishedUploads } from './registry/sessions/list-unfinished-uploads.ts'
export { memorySessions } from './registry/sessions/memory-sessions.ts'
export type { SessionStore, StoredSession } from './registry/sessions/store.ts'
export type { UnfinishedUpload } from './registry/sessions/unfinished-upload.ts'
export { retagImage, setTags } from './registry/set-tags.ts'
export type { RetaggedImage, SetTag, SetTagsOptions } from './registry/set-tags-options.ts'
export { matchesPattern, type TagChoice } from './registry/tag-choice.ts'
export type { Hashing, UploadEvent } from './registry/upload/upload-options.ts'
export { pushStream } from './relay/push-stream.ts'
export type { PushStreamOptions } from './relay/push-stream-options.ts'
export type {
  CompressionFormat,
  CreateBody,
  CreateEncoder,
  CreateStreamBody,
  Encoder,
  Runtime,
  RuntimeOptions,
} from './runtime.ts'
export type { SaveFormat } from './save/archive-files.ts'
export type {
  PickedFile,
  PickedFileWriter,
  SavableArchive,
  SavableTar,
  SavedFile,
  SaveInBrowserOptions,
} from './save/browser-file.ts'
export type { NamingOptions } from './save/image-names.ts'
export type { StreamOptions, WritableArchive } from './save/make-archive.ts'
export type { WriteOptions, WrittenImage } from './save/plan-archive.ts'
export type { PrepareOptions } from './save/prepare-images.ts'
export type { LayerOptions } from './save/remake-layers.ts'
export { saveInBrowser } from './save/save-in-browser.ts'
export { writeArchive } from './save/write-archive.ts'
export { collectStream } from './source/collect-stream.ts'
export type { SourceInput } from './source/from.ts'
export type { Source } from './source/source.ts'
export type { OpenSource, Spool } from './source/spool.ts'
export type { ByteStream } from './source/stream.ts'
export { type DeleteOptions, deleteImage, deleteImageByDigest } from './tidy/delete-image.ts'
export type {
  DeleteChoice,
  DeleteProgress,
  DeleteTagsOptions,
  PlanDeleteOptions,
  RetentionRules,
  TidyOptions,
} from './tidy/delete-options.ts'
export type {
  DeletedContent,
  DeletePlan,
  DeleteResult,
  FailedDelete,
  KeptManifest,
  ListedReferrer,
  PlannedDelete,
  SkippedDelete,
  SkipReason,
  StayingImage,
  StayReason,
  TagDigest,
  UndoResult,
  UnreadManifest,
} from './tidy/delete-plan.ts'
export { deleteTags, executeDelete, planDelete, undoDelete } from './tidy/plan-delete.ts'
export { sortTags } from './tidy/sort-tags.ts'
export { executePush } from './transfer/execute-push.ts'
export type { LookUpOptions } from './transfer/plan/look-up.ts'
export type { MakePlanOptions } from './transfer/plan/make-plan.ts'
export type { PushNaming } from './transfer/plan/naming.ts'
export type { ForeignLayerOptions, ForeignLayers } from './transfer/plan/needs.ts'
export type {
  DigestChange,
  PlannedBlob,
  PlannedCompression,
  PlannedManifest,
  PlannedTag,
  PushPlan,
} from './transfer/plan/plan.ts'
export { type PlanOptions, planPush } from './transfer/plan-push.ts'
export { pushImage } from './transfer/push-image.ts'
export type { PushImageOptions } from './transfer/push-image-options.ts'
export type { PushOptions } from './transfer/push-options.ts'
export type { UnpackLimits } from './unpack/unpack-limits.ts'
export type { ZipEntry } from './unpack/zip.ts'
