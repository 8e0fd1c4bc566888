import type {
  CopiedImage,
  CopiedTag,
  CopyOptions,
  CopyRepositoryOptions,
  CopySource,
  CopyTarget,
  PlanCopyOptions,
  PushPlan,
} from '../../index.ts'
import * as core from '../../index.ts'
import { inNode } from '../node-runtime.ts'

// The functions of "." that copy images, in the runtime of Node, Deno and Bun.

/**
 * Copies an image from one repository to another, in the same registry or another one. Nothing is stored on the way.
 *
 * An image that the destination has under the same tags takes two requests. Within one registry the blobs are mounted.
 * Otherwise the blobs that the destination lacks are read from the source and uploaded, as in a push. Manifests and
 * blobs keep their bytes, so the digest stays the same. Only `platforms` makes another one.
 *
 * @param from The image: `registry`, `repository` and `reference`, a tag or a digest.
 * @param to The destination: `registry`, `repository` (default: that of the source) and `tags` (default: the tag of the
 *   source).
 * @param options `platform` or `platforms` (default: all), `referrers`, `noClobber`, `onProgress`, `controller`,
 *   `signal`, `sessions`, `verify` and others: see `CopyOptions`.
 * @returns the digest of the image, its tags at the destination, and whether it was copied.
 * @throws {TypeError} if a registry or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {ValidationError} if a repository, the reference or a tag is not valid, the platform is not there, or the
 *   manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if bytes of the source do not match their digest.
 * @throws {ResponseError} if a registry refuses, or the source has no such image or lacks a part of it.
 * @throws {NetworkError} if a registry does not answer.
 * @example
 * ```ts
 * import { copyImage } from 'registry-api-v2-client/node'
 *
 * const from = { registry: 'https://registry.example.com', repository: 'team/app', reference: 'v7' }
 * const { digest, outcome } = await copyImage(from, { registry: 'https://mirror.example.com' })
 * console.log(digest, outcome) // 'sha256:…'
 * ```
 */
export async function copyImage(from: CopySource, to: CopyTarget, options: CopyOptions = {}): Promise<CopiedImage> {
  return core.copyImage(from, to, inNode(options))
}

/**
 * Plans a copy: compares the image with the content of the destination, and changes nothing there. The plan is
 * JSON, as that of `planPush`. `executePush` executes it with the image that `openImage` gives.
 *
 * @param from The image: `registry`, `repository` and `reference`, a tag or a digest.
 * @param to The destination: `registry`, `repository` (default: that of the source) and `tags` (default: the tag of the
 *   source).
 * @param options `platform` or `platforms` (default: all), `referrers`, `noClobber`, `mountFrom`, `signal` and others:
 *   see `PlanCopyOptions`.
 * @returns the plan.
 * @throws {TypeError} if a registry or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `lookups` of 0.
 * @throws {ValidationError} if a repository, the reference or a tag is not valid, the platform is not there, or the
 *   manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if the bytes of a manifest or config do not match their digest.
 * @throws {ResponseError} if a registry refuses, or the source has no such image or lacks a part of it.
 * @throws {NetworkError} if a registry does not answer.
 * @example
 * ```ts
 * import { planCopy } from 'registry-api-v2-client/node'
 *
 * const from = { registry: 'https://registry.example.com', repository: 'team/app', reference: 'v7' }
 * const plan = await planCopy(from, { registry: 'https://mirror.example.com' })
 * console.log(plan.tags.map(({ repository, tag }) => `${repository}:${tag}`)) // [ 'team/app:v7' ]
 * ```
 */
export async function planCopy(from: CopySource, to: CopyTarget, options: PlanCopyOptions = {}): Promise<PushPlan> {
  return core.planCopy(from, to, inNode(options))
}

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
 * import { copyRepository } from 'registry-api-v2-client/node'
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
  return core.copyRepository(from, to, inNode(options))
}
