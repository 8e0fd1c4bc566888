import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import { withControl } from '../control/controller.ts'
import type { CopySource, CopyTarget } from './copy-options.ts'
import type { CopiedTag, CopyRepositoryOptions } from './copy-repository-options.ts'

/**
 * Copies the images of a repository to another repository, in the same registry or another one, each by its tag. It is
 * `copyImage` for many tags: a blob that several images have is sent once, and images that are present take two
 * requests.
 *
 * Tags are set after all blobs of their batch are there. If it fails, earlier batches stay. Call it again to continue.
 *
 * @param from The source: `registry` and `repository`.
 * @param to The destination: `registry` and `repository` (default: that of the source).
 * @param options `tags` (default: all) chooses tags: a pattern such as `v1.*`, a regular expression, a list, or a
 *   function. `noClobber` does not change existing tags. `digestTags`, `imagesAtOnce`, `onTag`, and all options of
 *   `copyImage`: see `CopyRepositoryOptions`.
 * @returns the tags, sorted or in the order of a given list, each with its digest and whether it was copied.
 * @throws {TypeError} if a registry or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as an `imagesAtOnce` of 0.
 * @throws {ValidationError} if a repository or a tag is not valid, a platform is not there, or the manifests and
 *   configs of an image exceed a limit.
 * @throws {DigestMismatchError} if bytes of the source do not match their digest.
 * @throws {ResponseError} if a registry refuses, or the source has no such repository or lacks a part of an image.
 * @throws {NetworkError} if a registry does not answer.
 * @example
 * ```ts
 * import { copyRepository } from 'registry-api-v2-client'
 *
 * const from = { registry: 'https://registry.example.com', repository: 'team/app' }
 * const to = { registry: 'https://mirror.example.com' }
 * const copied = await copyRepository(from, to, { tags: 'v*' })
 * console.log(copied.map(({ tag }) => tag)) // [ 'v7' ]
 * ```
 */
export async function copyRepository(
  from: Omit<CopySource, 'reference'>,
  to: Omit<CopyTarget, 'tags'>,
  options: CopyRepositoryOptions = {},
): Promise<readonly CopiedTag[]> {
  return withControl(optionsOf(options), async (options) => {
    const { runRepositoryCopy } = await loaded(import('./run-repository-copy.ts'), options.signal)
    return runRepositoryCopy(from, to, options)
  })
}
