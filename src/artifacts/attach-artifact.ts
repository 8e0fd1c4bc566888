import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { ArtifactFiles } from './artifact-files.ts'
import type { AttachOptions, PushArtifactOptions, PushedArtifact } from './artifact-options.ts'

/**
 * Attaches files to an image or an artifact, as `oras attach` does: it pushes them as an artifact whose `subject` is
 * that manifest. The image itself does not change. The registry lists the artifact as a referrer. Where it does not do
 * so itself, the artifact is added to the tag that lists the referrers (distribution-spec § Pushing Manifests with
 * Subject). Calls at the same time in one process lose no entry of that list; two machines may.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param subject The tag or the digest of the image. Or a descriptor, which need not exist yet.
 * @param files The files, each a `File` or `{ title, data, mediaType, annotations }`. There may be no file if there are
 *   `annotations`.
 * @param options `artifactType` (needed), `annotations`, `onProgress`, `controller`, `signal`, `sessions`, `verify` and
 *   others: see `AttachOptions`.
 * @returns the descriptor of the artifact's manifest, and its `artifactType`, `annotations` and `subject`.
 * @throws {TypeError} if `registry`, a file or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {ValidationError} if there is no file, or a name, a title, a media type or a date is not valid, or the tag
 *   for the list of referrers has something else.
 * @throws {TarReadError} if a file cannot be read.
 * @throws {DigestMismatchError} if a file changes while it is sent.
 * @throws {ResponseError} if the registry refuses, or does not have the image (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @throws {RegistryError} if other clients keep overwriting the list of referrers.
 * @example
 * ```ts
 * import { attachArtifact } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const { digest } = await attachArtifact('https://registry.example.com', 'team/app', 'v7', [file], {
 *   artifactType: 'application/spdx+json',
 * })
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function attachArtifact(
  registry: RegistryInput,
  repository: string,
  subject: string | Descriptor,
  files: ArtifactFiles,
  options: AttachOptions,
): Promise<PushedArtifact> {
  const { signal } = optionsOf(options, 'an object such as { artifactType }')
  const { sendAttached } = await loaded(import('./send-artifact.ts'), signal)
  return sendAttached(toRegistry(registry), repository, subject, files, options)
}

/**
 * Pushes files as an artifact, as `oras push` does. Its manifest has the same bytes as that of oras 1.3 for the same
 * files, types and annotations.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/report`.
 * @param tag The tag to set, besides `options.tags`. Default: no tag.
 * @param files The files, each a `File` or `{ title, data, mediaType, annotations }`. There may be no file if there are
 *   `annotations`.
 * @param options `artifactType` (default: `application/vnd.unknown.artifact.v1`), `annotations`, `tags`, `onProgress`,
 *   `controller`, `signal`, `sessions`, `verify` and others: see `PushArtifactOptions`.
 * @returns the descriptor of the artifact's manifest, and its `artifactType` and `annotations`.
 * @throws {TypeError} if `registry`, a file or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {ValidationError} if there is no file, or a name, a tag, a title, a media type or a date is not valid.
 * @throws {TarReadError} if a file cannot be read.
 * @throws {DigestMismatchError} if a file changes while it is sent.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { pushArtifact } from 'registry-api-v2-client'
 *
 * const data = new TextEncoder().encode('# Report')
 * const files = [{ title: 'report.md', data, mediaType: 'text/markdown' }]
 * const { digest } = await pushArtifact('https://registry.example.com', 'team/report', 'v1', files)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function pushArtifact(
  registry: RegistryInput,
  repository: string,
  tag: string | undefined,
  files: ArtifactFiles,
  options: PushArtifactOptions = {},
): Promise<PushedArtifact> {
  const { signal } = optionsOf(options, 'an object such as { artifactType }')
  const { sendArtifact } = await loaded(import('./send-artifact.ts'), signal)
  return sendArtifact(toRegistry(registry), repository, tag, files, options)
}
