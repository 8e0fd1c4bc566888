// Everything of the portable entry; what reads an archive is replaced by its counterpart here.
export * from '../index.ts'
export {
  extractOriginalTags,
  getPrimaryTag,
  getTarManifest,
  inspectDockerTar,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  pushDockerTarWithOriginalTags,
  validateDockerTar,
} from './docker-tar.ts'
export { type ArchiveInput, type FileSource, openFile } from './file.ts'
