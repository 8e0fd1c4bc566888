import type { Digest } from '../../oci/digest.ts'
import { pullOfBundle, pullOfImage } from '../../pull/pull.ts'
import type { PullOptions } from '../../pull/pull-options.ts'
import { readImages, writeOptionsOf } from '../../pull/read-images.ts'
import type { RegistryInput } from '../../registry/registry.ts'
import type { ArchiveOutput } from '../save/output.ts'
import { type SavedArchive, saveToOutput } from '../save/save-archive.ts'
import { type SavedLayout, saveToFolder } from '../save/save-layout.ts'

/** Where a pull is written. */
export interface PullOutput {
  /**
   * The path or `file:` URL of a file or a pipe, or a Node stream such as `process.stdout`. @default a stream to read
   */
  readonly to: ArchiveOutput
}

/** An image that was pulled to a file or a stream. */
export interface SavedTar extends SavedArchive {
  /** The digest of its manifest or index in the tar. */
  readonly digest: Digest
}

/** An image that was pulled into a folder. */
export interface PulledLayout extends SavedLayout {
  /** The digest of its manifest or index in the folder. */
  readonly digest: Digest
}

/** Pulls one image to an output. Throws what `pullDockerTar` of `./node` throws. Call it inside `withControl`. */
export async function saveImage(
  registry: RegistryInput,
  repository: string,
  reference: string,
  { to, ...options }: PullOptions & PullOutput,
): Promise<SavedTar> {
  const pull = pullOfImage(registry, repository, reference, options)
  return withDigest(await saveToOutput(() => readImages(pull, options), to, writeOptionsOf(options)))
}

/**
 * Pulls several images to an output. Throws what `pullBundle` of `./node` throws. Call it inside
 * `withControl`.
 */
export async function saveBundle(
  registry: RegistryInput,
  references: readonly string[],
  { to, ...options }: PullOptions & PullOutput,
): Promise<SavedArchive> {
  const pull = pullOfBundle(registry, references, options)
  return saveToOutput(() => readImages(pull, options), to, writeOptionsOf(options))
}

/** Pulls one image into a folder. Throws what `pullLayout` throws. Call it inside `withControl`. */
export async function saveImageLayout(
  registry: RegistryInput,
  repository: string,
  reference: string,
  folder: string | URL,
  options: Omit<PullOptions, 'format'>,
): Promise<PulledLayout> {
  const pull = pullOfImage(registry, repository, reference, options)
  return withDigest(await saveToFolder(() => readImages(pull, options), folder, writeOptionsOf(options)))
}

function withDigest<T extends SavedLayout>(saved: T): T & { readonly digest: Digest } {
  return { ...saved, digest: saved.images[0]?.digest as Digest }
}
