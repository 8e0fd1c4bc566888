import * as core from '../index.ts'
import { type ArchiveInput, withArchive } from './file.ts'
import { createNativeHasher as createHasher } from './sha256.ts'

// The same functions as in ".", where a path will do for the archive, and the runtime's own ways are used.

const runtime = { createHasher, createBody: (bytes: Uint8Array<ArrayBuffer>) => bytes }

/** Pushes one image of an archive. As `pushDockerTar` of the portable entry, and the archive may be a path. */
export function pushDockerTar(
  archive: ArchiveInput,
  registry: core.RegistryInput,
  repository?: string,
  tag?: string,
  options: core.PushOptions & core.ImageChoice = {},
): Promise<core.Digest> {
  return withArchive(archive, (source) =>
    core.pushDockerTar(source, registry, repository, tag, { ...runtime, ...options }),
  )
}

/** Pushes one image under its own first name. As in the portable entry, and the archive may be a path. */
export function pushDockerTarWithOriginalTags(
  archive: ArchiveInput,
  registry: core.RegistryInput,
  options: core.PushOptions & core.ImageChoice = {},
): Promise<core.Digest> {
  return withArchive(archive, (source) =>
    core.pushDockerTarWithOriginalTags(source, registry, { ...runtime, ...options }),
  )
}

/** Pushes every image under every name it has. As in the portable entry, and the archive may be a path. */
export function pushDockerTarWithAllOriginalTags(
  archive: ArchiveInput,
  registry: core.RegistryInput,
  options: core.PushOptions = {},
): Promise<readonly core.Digest[]> {
  return withArchive(archive, (source) =>
    core.pushDockerTarWithAllOriginalTags(source, registry, { ...runtime, ...options }),
  )
}

/** Tells all about one image of an archive. As in the portable entry, and the archive may be a path. */
export function inspectDockerTar(
  archive: ArchiveInput,
  options: core.ReadOptions & core.ImageChoice = {},
): Promise<core.ImageInspect> {
  return withArchive(archive, (source) => core.inspectDockerTar(source, { createHasher, ...options }))
}

/** Reads an archive's `manifest.json`. As in the portable entry, and the archive may be a path. */
export function getTarManifest(
  archive: ArchiveInput,
  options: core.ReadOptions = {},
): Promise<readonly core.TarManifestEntry[]> {
  return withArchive(archive, (source) => core.getTarManifest(source, options))
}

/** Tells whether a file is a whole archive. As in the portable entry, and the archive may be a path. */
export function validateDockerTar(archive: ArchiveInput, options: core.ReadOptions = {}): Promise<boolean> {
  return withArchive(archive, (source) => core.validateDockerTar(source, { createHasher, ...options }))
}

/** Lists the names of all images of an archive. As in the portable entry, and the archive may be a path. */
export function extractOriginalTags(archive: ArchiveInput, options: core.ReadOptions = {}): Promise<readonly string[]> {
  return withArchive(archive, (source) => core.extractOriginalTags(source, options))
}

/** Finds where an image would be pushed by its own name. As in the portable entry, and the archive may be a path. */
export function getPrimaryTag(
  archive: ArchiveInput,
  options: core.ReadOptions & core.ImageChoice = {},
): Promise<core.RepositoryTag | undefined> {
  return withArchive(archive, (source) => core.getPrimaryTag(source, options))
}
