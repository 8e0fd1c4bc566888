import { loaded } from '../../async/lazy.ts'
import { optionsOf } from '../../check-options.ts'
import { withControl } from '../../control/controller.ts'
import type {
  AttachOptions,
  Descriptor,
  ListReferrersOptions,
  PullArtifactOptions,
  PulledArtifact,
  PushArtifactOptions,
  PushedArtifact,
  Referrer,
  RegistryInput,
} from '../../index.ts'
import * as core from '../../index.ts'
import type { ArtifactInput } from '../artifacts/artifact-paths.ts'
import type { SaveArtifactOptions, SavedArtifact } from '../artifacts/save-artifact.ts'
import { inNode, inNodeReproducibly } from '../node-runtime.ts'

// The functions of "." for artifacts, in the runtime of Node, Deno and Bun. They also read paths and write to a folder.

const WITH_TYPE = 'an object such as { artifactType }'

/**
 * Lists the referrers of an image or an artifact: signatures, attestations, SBOMs and others. It asks the referrers
 * API, reads the tag that replaces the API in registries without it (distribution-spec § Referrers Tag Schema), and
 * looks for the tags of cosign. Each referrer is listed once. Attestations in an index are listed too.
 *
 * Where a list does not state a type, the manifest is read. Types are filtered here, because not all registries filter
 * rightly.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest. The manifest of a digest need not exist.
 * @param options `artifactType` (default: all), `children` (default: false), `limits`, `onWarning` and `signal`; an
 *   abort rejects with the signal's reason.
 * @returns the referrers, each with its descriptor, `kind`, `artifactType`, `annotations` and `subject`.
 * @throws {TypeError} if `registry` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {ValidationError} if `repository` or `reference` is not valid, an answer is not a list, or the lists and
 *   manifests exceed a limit.
 * @throws {DigestMismatchError} if a manifest does not match its digest.
 * @throws {ResponseError} if the registry refuses, or has no such tag (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { listReferrers } from 'registry-api-v2-client/node'
 *
 * const referrers = await listReferrers('https://registry.example.com', 'team/app', 'v7')
 * const sboms = referrers.filter(({ kind }) => kind === 'sbom')
 * console.log(sboms.map(({ digest }) => digest)) // …
 * ```
 */
export async function listReferrers(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: ListReferrersOptions = {},
): Promise<readonly Referrer[]> {
  return core.listReferrers(registry, repository, reference, inNode(options))
}

/**
 * Attaches files to an image or an artifact, as `oras attach` does: it pushes them as an artifact whose `subject` is
 * that manifest. The image itself does not change. The registry lists the artifact as a referrer. Where it does not do
 * so itself, the artifact is added to the tag that lists the referrers (distribution-spec § Pushing Manifests with
 * Subject). Calls at the same time in one process lose no entry of that list; two machines may.
 *
 * A folder becomes one file, a gzipped tar that `oras pull` unpacks. The same folder gives the same bytes.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param subject The tag or the digest of the image. Or a descriptor, which need not exist yet.
 * @param files The files, each a path of a file or a folder, `{ path, title, mediaType, annotations }`, a `File`, or
 *   `{ title, data, mediaType, annotations }`. There may be no file if there are `annotations`.
 * @param options `artifactType` (needed), `annotations`, `onProgress`, `controller`, `signal`, `sessions`, `verify` and
 *   others: see `AttachOptions`.
 * @returns the descriptor of the artifact's manifest, and its `artifactType`, `annotations` and `subject`.
 * @throws {TypeError} if `registry`, a file or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {ValidationError} if there is no file, or a name, a title, a media type or a date is not valid.
 * @throws {TarReadError} if a file cannot be read.
 * @throws {DigestMismatchError} if a file changes while it is sent.
 * @throws {ResponseError} if the registry refuses, or does not have the image (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @throws {RegistryError} if other clients keep overwriting the list of referrers.
 * @example
 * ```ts
 * import { attachArtifact } from 'registry-api-v2-client/node'
 *
 * const files = [{ path: 'exported.tar', title: 'source.tar' }]
 * const { digest } = await attachArtifact('https://registry.example.com', 'team/app', 'v7', files, {
 *   artifactType: 'application/vnd.example.source.v1',
 * })
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function attachArtifact(
  registry: RegistryInput,
  repository: string,
  subject: string | Descriptor,
  files: ArtifactInput,
  options: AttachOptions,
): Promise<PushedArtifact> {
  const own = inNodeReproducibly(optionsOf(options, WITH_TYPE))
  const { withPaths } = await loaded(import('../artifacts/artifact-paths.ts'), own.signal)
  return core.attachArtifact(registry, repository, subject, await withPaths(files, own), own)
}

/**
 * Pushes files as an artifact, as `oras push` does. Its manifest has the same bytes as that of oras 1.3 for the same
 * files, types and annotations.
 *
 * A folder becomes one file, a gzipped tar that `oras pull` unpacks. The same folder gives the same bytes.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/report`.
 * @param tag The tag to set, besides `options.tags`. Default: no tag.
 * @param files The files, each a path of a file or a folder, `{ path, title, mediaType, annotations }`, a `File`, or
 *   `{ title, data, mediaType, annotations }`. There may be no file if there are `annotations`.
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
 * import { pushArtifact } from 'registry-api-v2-client/node'
 *
 * const files = ['exported.tar']
 * const { digest } = await pushArtifact('https://registry.example.com', 'team/report', 'v1', files)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function pushArtifact(
  registry: RegistryInput,
  repository: string,
  tag: string | undefined,
  files: ArtifactInput,
  options: PushArtifactOptions = {},
): Promise<PushedArtifact> {
  const own = inNodeReproducibly(optionsOf(options, WITH_TYPE))
  const { withPaths } = await loaded(import('../artifacts/artifact-paths.ts'), own.signal)
  return core.pushArtifact(registry, repository, tag, await withPaths(files, own), own)
}

/**
 * Reads the manifest of an artifact, and gives its files to read. Every file is verified when it is read. To pull what
 * is attached to an image, pass the digest that `listReferrers` gives.
 *
 * With `{ to }` it writes the files into a folder, and resolves with their paths. They get their names when all of them
 * are whole. A file that exists is replaced, unless `overwrite` is `false`. It writes through no link in the folder.
 * Nothing is unpacked: a folder that oras has pushed is a gzipped tar.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/report`.
 * @param reference A tag or a digest.
 * @param options `to` (the path or `file:` URL of a folder), `overwrite` (default: true), `onProgress`, `controller`,
 *   `maxBytesPerSecond` and `signal`; an abort rejects with the signal's reason.
 * @returns the artifact's descriptor, `artifactType`, `annotations`, `subject` and `files`.
 * @throws {TypeError} if `registry` or an option has the wrong type.
 * @throws {ValidationError} if `repository` or `reference` is not valid, it is an index, or the title of a file is not
 *   a safe path.
 * @throws {DigestMismatchError} if the manifest does not match its digest, and when a file is read that does not.
 * @throws {ResponseError} if the registry refuses, or has no such artifact (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @throws {RegistryError} if a file of `to` cannot be written, there is a link or a folder instead of it, or it exists
 *   and `overwrite` is `false`.
 * @example
 * ```ts
 * import { pullArtifact } from 'registry-api-v2-client/node'
 *
 * const { files } = await pullArtifact('https://registry.example.com', 'team/app', 'v7', { to: 'pulled' })
 * console.log(files.map(({ path }) => path)) // …
 * ```
 */
export function pullArtifact(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options?: PullArtifactOptions & { readonly to?: undefined },
): Promise<PulledArtifact>
export function pullArtifact(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: SaveArtifactOptions,
): Promise<SavedArtifact>
export async function pullArtifact(
  registry: RegistryInput,
  repository: string,
  reference: string,
  given: PullArtifactOptions & Partial<SaveArtifactOptions> = {},
): Promise<PulledArtifact | SavedArtifact> {
  const { to, ...options } = inNode(given)
  if (to === undefined) return core.pullArtifact(registry, repository, reference, options)
  return withControl(options, async (options) => {
    const { savePulled } = await loaded(import('../artifacts/save-artifact.ts'), options.signal)
    return savePulled(registry, repository, reference, { ...options, to })
  })
}
