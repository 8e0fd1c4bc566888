import { loaded } from '../async/lazy.ts'
import { optionsOf, withoutPath } from '../check-options.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { PullArtifactOptions, PulledArtifact } from './pulled-artifact.ts'

/**
 * Reads the manifest of an artifact, and gives its files to read. Every file is verified when it is read. To pull what
 * is attached to an image, pass the digest that `listReferrers` gives.
 *
 * Nothing is unpacked: a folder that oras has pushed is a gzipped tar.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/report`.
 * @param reference A tag or a digest.
 * @param options `signal` aborts the request; the promise then rejects with the signal's reason.
 * @returns the artifact's descriptor, `artifactType`, `annotations`, `subject` and `files`.
 * @throws {TypeError} if `registry` or an option has the wrong type.
 * @throws {ValidationError} if `repository` or `reference` is not valid, it is an index, or the title of a file is not
 *   a safe path.
 * @throws {DigestMismatchError} if the manifest does not match its digest, and when a file is read that does not.
 * @throws {ResponseError} if the registry refuses, or has no such artifact (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { pullArtifact } from 'registry-api-v2-client'
 *
 * const { files } = await pullArtifact('https://registry.example.com', 'team/app', 'v7')
 * for (const file of files) console.info(file.title, (await file.bytes()).length)
 * console.log(files.length) // 2
 * ```
 */
export async function pullArtifact(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: PullArtifactOptions = {},
): Promise<PulledArtifact> {
  const { signal } = optionsOf(options)
  withoutPath(options, 'import pullArtifact from "registry-api-v2-client/node"')
  const { readArtifact } = await loaded(import('./read-artifact.ts'), signal)
  return readArtifact(toRegistry(registry), repository, reference, options)
}
