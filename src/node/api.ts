import * as core from '../index.ts'
import { withControl } from '../transfer/control/controller.ts'
import { type ArchiveInput, openInput, withInput } from './archive/open-input.ts'
import { inNode } from './node-runtime.ts'

// The functions of "." in the runtime of Node, Deno and Bun. An archive may be a path.

/** Opens what is pushed; that too is under the push's controller. */
function pushInput<O extends core.PushArchiveOptions, T>(
  archive: ArchiveInput | core.Archive,
  options: O,
  push: (input: core.ArchiveInput | core.Archive, options: O) => Promise<T>,
): Promise<T> {
  return withControl(options, (options) =>
    withInput(archive, options, (input) => push(input as core.ArchiveInput | core.Archive, inNode(options))),
  )
}

/** Opens an archive. As `openArchive` of the portable entry, and the archive may be a path. */
export async function openArchive(archive: ArchiveInput, options: core.ReadOptions = {}): Promise<core.Archive> {
  const { input, close } = await openInput(archive, options)
  try {
    const opened = await core.openArchive(input, inNode(options))
    return Object.freeze({ ...opened, close: () => opened.close().finally(close) })
  } catch (error) {
    await close()
    throw error
  }
}

/** Pushes one image of an archive. As `pushDockerTar` of the portable entry, and the archive may be a path. */
export function pushDockerTar(
  archive: ArchiveInput | core.Archive,
  registry: core.RegistryInput,
  repository?: string,
  tag?: string,
  options: core.PushArchiveOptions & core.PlatformChoice = {},
): Promise<core.Digest> {
  return pushInput(archive, options, (input, options) => core.pushDockerTar(input, registry, repository, tag, options))
}

/** Pushes one image under its own first name. As in the portable entry, and the archive may be a path. */
export function pushDockerTarWithOriginalTags(
  archive: ArchiveInput | core.Archive,
  registry: core.RegistryInput,
  options: core.PushArchiveOptions & core.PlatformChoice = {},
): Promise<core.Digest> {
  return pushInput(archive, options, (input, options) => core.pushDockerTarWithOriginalTags(input, registry, options))
}

/** Pushes every image under every name it has. As in the portable entry, and the archive may be a path. */
export function pushDockerTarWithAllOriginalTags(
  archive: ArchiveInput | core.Archive,
  registry: core.RegistryInput,
  options: core.PushArchiveOptions & Pick<core.PlanOptions, 'images'> = {},
): Promise<readonly core.Digest[]> {
  return pushInput(archive, options, (input, options) =>
    core.pushDockerTarWithAllOriginalTags(input, registry, options),
  )
}

/** Works out what a push would do. As `planPush` of the portable entry, with the runtime's own ways. */
export function planPush(
  images: readonly core.Image[],
  registry: core.RegistryInput,
  options: core.PlanOptions = {},
): Promise<core.PushPlan> {
  return core.planPush(images, registry, inNode(options))
}

/** Carries out a plan. As `executePush` of the portable entry, with the runtime's own ways. */
export function executePush(
  plan: core.PushPlan,
  images: readonly core.Image[],
  registry: core.RegistryInput,
  options: core.PushOptions = {},
): Promise<void> {
  return core.executePush(plan, images, registry, inNode(options))
}

/** Tells all about one image of an archive. As in the portable entry, and the archive may be a path. */
export function inspectDockerTar(
  archive: ArchiveInput | core.Archive,
  options: core.ReadOptions & core.PlatformChoice = {},
): Promise<core.ImageInspect> {
  return withInput(archive, options, (input) => core.inspectDockerTar(input, inNode(options)))
}

/** Reads an archive's `manifest.json`. As in the portable entry, and the archive may be a path. */
export function getTarManifest(
  archive: ArchiveInput | core.Archive,
  options: core.ReadOptions = {},
): Promise<readonly core.TarManifestEntry[]> {
  return withInput(archive, options, (input) => core.getTarManifest(input, inNode(options)))
}

/** Tells whether a file is a whole archive. As in the portable entry, and the archive may be a path. */
export function validateDockerTar(
  archive: ArchiveInput | core.Archive,
  options: core.ValidateOptions = {},
): Promise<boolean> {
  return withInput(archive, options, (input) => core.validateDockerTar(input, inNode(options)))
}

/** Lists the names of all images of an archive. As in the portable entry, and the archive may be a path. */
export function extractOriginalTags(
  archive: ArchiveInput | core.Archive,
  options: core.ReadOptions = {},
): Promise<readonly string[]> {
  return withInput(archive, options, (input) => core.extractOriginalTags(input, inNode(options)))
}

/** Finds where an image would be pushed by its own name. As in the portable entry, and the archive may be a path. */
export function getPrimaryTag(
  archive: ArchiveInput | core.Archive,
  options: core.ReadOptions & core.ImageChoice = {},
): Promise<core.RepositoryTag | undefined> {
  return withInput(archive, options, (input) => core.getPrimaryTag(input, inNode(options)))
}

/** Lists the files of a zip. As in the portable entry, and the zip may be a path. */
export function listZipEntries(
  zip: core.SourceInput | string | URL,
  options: Pick<core.ReadOptions, 'signal' | 'limits'> = {},
): Promise<readonly core.ZipEntry[]> {
  return withInput(zip, options, (input) => core.listZipEntries(input as core.SourceInput, options))
}
