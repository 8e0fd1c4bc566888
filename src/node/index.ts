// Exports everything of the portable entry. The functions of node/api replace those of the same name.
export * from '../index.ts'
export { attachArtifact, listReferrers, pullArtifact, pushArtifact } from './api/artifact-paths.ts'
export { copyImage, copyRepository, planCopy } from './api/copy-images.ts'
export { diffImages, listImageFiles, listLayerFiles, readImageFile, readLayerFile } from './api/layer-files.ts'
export { appendLayer, createImage } from './api/make-layers.ts'
export { pullBundle, pullDockerTar, pullLayout } from './api/pull-paths.ts'
export { pushImage } from './api/push-image.ts'
export {
  executePush,
  planPush,
  push,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  pushDockerTarWithOriginalTags,
} from './api/push-paths.ts'
export {
  extractOriginalTags,
  getPrimaryTag,
  getTarManifest,
  inspectDockerTar,
  listZipEntries,
  openArchive,
  validateDockerTar,
} from './api/read-paths.ts'
export { openImage, readBlob } from './api/registry-images.ts'
export { pushStream } from './api/relay-stream.ts'
export { saveArchive, saveLayout, writeArchive } from './api/save-paths.ts'
export { openFile } from './archive/file.ts'
export type { ArchiveInput } from './archive/open-input.ts'
export type { ArtifactInput, ArtifactPath } from './artifacts/artifact-paths.ts'
export type { SaveArtifactOptions, SavedArtifact, SavedArtifactFile } from './artifacts/save-artifact.ts'
export { dockerCredentials } from './credentials/docker-credentials.ts'
export {
  type EraseDockerCredentialsOptions,
  type ErasedCredentials,
  eraseDockerCredentials,
} from './credentials/erase-credentials.ts'
export {
  type StoreDockerCredentialsOptions,
  type StoredCredentials,
  storeDockerCredentials,
} from './credentials/store-credentials.ts'
export type { DockerCredentialsOptions } from './credentials/store-place.ts'
export type { LayerInput } from './edit/read-layer-files.ts'
export { createFetch, type FetchOptions } from './fetch/create-fetch.ts'
export type { ProxyOptions } from './fetch/proxy.ts'
export type { Pem, TlsOptions } from './fetch/tls.ts'
export type { PulledLayout, PullOutput, SavedTar } from './pull/save-pull.ts'
export type { ArchiveOutput } from './save/output.ts'
export type { SavedArchive } from './save/save-archive.ts'
export type { SavedLayout, SaveLayoutOptions } from './save/save-layout.ts'
export { folderCompressions } from './stores/compressions.ts'
export { folderSessions } from './stores/sessions.ts'
