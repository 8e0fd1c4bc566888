import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { ListReferrersOptions, Referrer } from './referrer.ts'

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
 * import { listReferrers } from 'registry-api-v2-client'
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
  const { signal } = optionsOf(options)
  const { readReferrers } = await loaded(import('./read-referrers.ts'), signal)
  return readReferrers(toRegistry(registry), repository, reference, options)
}
