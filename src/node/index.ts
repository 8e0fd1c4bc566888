// Everything of the portable entry; what reads an archive is replaced by its counterpart here.
export * from '../index.ts'
export { folderCompressions } from './compressions.ts'
export { type DockerCredentialsOptions, dockerCredentials } from './credentials/docker-credentials.ts'
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
} from './docker-tar.ts'
export { createFetch, type FetchOptions } from './fetch/create-fetch.ts'
export { openFile } from './file.ts'
export type { ArchiveInput } from './input.ts'
export { folderSessions } from './sessions.ts'
