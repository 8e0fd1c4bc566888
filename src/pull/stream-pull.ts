import { withoutPath } from '../check-options.ts'
import type { Digest } from '../oci/digest.ts'
import type { RegistryInput } from '../registry/registry.ts'
import { makeArchive } from '../save/make-archive.ts'
import { type Pull, pullOfBundle, pullOfImage } from './pull.ts'
import type { PulledBundle, PulledTar, PullOptions } from './pull-options.ts'
import { readImages, writeOptionsOf } from './read-images.ts'

/** Pulls one image as a stream. Throws what `pullDockerTar` throws. */
export async function streamImage(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: PullOptions,
): Promise<PulledTar> {
  const pulled = await streamPull(pullOfImage(registry, repository, reference, options), options)
  const [image] = pulled.images
  return Object.freeze({ ...pulled, digest: image?.digest as Digest })
}

/** Pulls several images as a stream. Throws what `pullBundle` throws. */
export async function streamBundle(
  registry: RegistryInput,
  references: readonly string[],
  options: PullOptions,
): Promise<PulledBundle> {
  return Object.freeze(await streamPull(pullOfBundle(registry, references, options), options))
}

/** Call it inside `withLastingControl`. */
async function streamPull(pull: Pull, options: PullOptions): Promise<PulledBundle> {
  withoutPath(options, 'import pullDockerTar or pullBundle from "registry-api-v2-client/node"')
  const archive = await makeArchive(await readImages(pull, options), writeOptionsOf(options))
  return { ...archive, fileName: pull.fileName }
}
