// Everything of the portable entry; what reads an archive is replaced by its counterpart here.
export * from '../index.ts'
export {
  executePush,
  extractOriginalTags,
  getPrimaryTag,
  getTarManifest,
  inspectDockerTar,
  listZipEntries,
  openArchive,
  planPush,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  pushDockerTarWithOriginalTags,
  validateDockerTar,
} from './api.ts'
export { openFile } from './archive/file.ts'
export type { ArchiveInput } from './archive/open-input.ts'
export { type DockerCredentialsOptions, dockerCredentials } from './credentials/docker-credentials.ts'
export { createFetch, type FetchOptions } from './fetch/create-fetch.ts'
export type { ProxyOptions } from './fetch/proxy.ts'
export type { Pem, TlsOptions } from './fetch/tls.ts'
export { folderCompressions } from './stores/compressions.ts'
export { folderSessions } from './stores/sessions.ts'
