import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import type { RegistryInput } from '../registry/registry.ts'
import type { DeleteChoice, DeleteTagsOptions, PlanDeleteOptions, TidyOptions } from './delete-options.ts'
import type { DeletedContent, DeletePlan, DeleteResult, UndoResult } from './delete-plan.ts'

/**
 * Plans which images of a repository to delete, and changes nothing there. The plan is JSON. It has the deletes in
 * their order, the kept images with the reasons, and the bytes of the manifests, so that `undoDelete` can restore them.
 *
 * Manifests that only the image lists are deleted too: the images of an index, and their attestations. So are referrers
 * (signatures, SBOMs, also under tags of cosign). A manifest is kept if a remaining tag, index or image needs it.
 * Manifests that cannot be read are kept, with all that they might need. The API lists no manifests without tags. So an
 * index without a tag cannot protect its images.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param what A pattern of tags (`pr-*`), a regular expression, a function, a list of tags and digests, a digest, or
 *   rules: `{ keepNewest: 10, by: 'version', olderThan: '30d', keep: ['latest'], tags: 'v*' }`, see `RetentionRules`.
 * @param options `all` allows deleting all tags. `children` and `referrers` (default: true) delete what belongs to
 *   an image. `overwriteTags` deletes single tags also in registries that cannot. `concurrency`, `onProgress`,
 *   `onWarning` and others: see `PlanDeleteOptions`. `signal` aborts it; the promise then rejects with the signal's
 *   reason.
 * @returns the plan, for `executeDelete`.
 * @throws {TypeError} if `registry`, `what` or an option has the wrong type, or the rules choose nothing.
 * @throws {RangeError} if a number is out of range, such as a `concurrency` of 0.
 * @throws {ValidationError} if `repository`, a tag or a digest is not valid; if no tag would stay (code
 *   `NOTHING_STAYS`); or if the manifests to delete have more than `maxManifestBytes`.
 * @throws {ResponseError} if the registry refuses, or has no such repository (`status` 404).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { executeDelete, planDelete } from 'registry-api-v2-client'
 *
 * const plan = await planDelete('https://registry.example.com', 'team/app', { keepNewest: 10, keep: 'v*' })
 * for (const { digest, tags } of plan.deletes) console.log(digest, tags)
 * const { deleted } = await executeDelete(plan)
 * console.log(deleted) // []
 * ```
 */
export async function planDelete(
  registry: RegistryInput,
  repository: string,
  what: DeleteChoice,
  options: PlanDeleteOptions = {},
): Promise<DeletePlan> {
  const checked = optionsOf(options)
  const { plan } = await loaded(import('./checked-calls.ts'), checked.signal)
  return plan(registry, repository, what, checked)
}

/**
 * Executes a plan. It first looks for tags that were set since the plan. Before each delete it looks at the tags once
 * more: what was moved or is needed now is skipped. A delete that the registry refuses, as of an immutable tag, does
 * not stop the others.
 *
 * @param plan The plan that `planDelete` made, or its JSON parsed again.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 *   Default: the plan's URL.
 * @param options `concurrency`, `onProgress` and `onWarning`. `signal` aborts it; the promise then rejects with the
 *   signal's reason, and finished deletes are not undone: `undoDelete` takes the plan too.
 * @returns what is deleted, what was skipped or refused and why, and `undo` for `undoDelete`.
 * @throws {TypeError} if `plan` is not a plan, has another `version`, lacks bytes of a manifest, or was made for
 *   another registry; or if `registry` or an option has the wrong type.
 * @throws {ValidationError} if `registry` is not a valid address, or a name in `plan` is not valid.
 * @throws {DigestMismatchError} if bytes in `plan` do not match their digest.
 * @throws {ResponseError} if deletes are not enabled (`status` 405), or the registry refuses all requests. Nothing is
 *   deleted.
 * @throws {NetworkError} if the registry does not answer. Nothing is deleted.
 * @example
 * ```ts
 * import { executeDelete, planDelete } from 'registry-api-v2-client'
 *
 * const plan = await planDelete('https://registry.example.com', 'team/app', 'pr-*')
 * const { deleted, skipped, failed } = await executeDelete(plan)
 * console.log({ deleted, skipped, failed }) // { deleted: [], skipped: [], failed: [] }
 * ```
 */
export async function executeDelete(
  plan: DeletePlan,
  registry?: RegistryInput,
  options: TidyOptions = {},
): Promise<DeleteResult> {
  const checked = optionsOf(options)
  const { execute } = await loaded(import('./checked-calls.ts'), checked.signal)
  return execute(plan, registry, checked)
}

/**
 * Deletes images of a repository by tags, digests, a pattern or rules. It is `planDelete` and `executeDelete` in one
 * call.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param what A pattern of tags (`pr-*`), a regular expression, a function, a list of tags and digests, a digest, or
 *   rules, as for `planDelete`.
 * @param options `onPlan` gets the plan before anything is deleted, so that a delete can be undone that was aborted.
 *   `all`, `children`, `referrers`, `overwriteTags`, `concurrency`, `signal`, `onProgress`, `onWarning` and others: see
 *   `PlanDeleteOptions`. `signal` aborts it; the promise then rejects with the signal's reason, and what is deleted by
 *   then stays so.
 * @returns what is deleted, what was skipped or refused and why, and `undo` for `undoDelete`.
 * @throws {TypeError} if `registry`, `what` or an option has the wrong type, or the rules choose nothing.
 * @throws {RangeError} if a number is out of range, such as a `concurrency` of 0.
 * @throws {ValidationError} if `repository`, a tag or a digest is not valid; if no tag would stay (code
 *   `NOTHING_STAYS`); or if the manifests to delete have more than `maxManifestBytes`.
 * @throws {ResponseError} if deletes are not enabled (`status` 405), or the registry refuses all requests. Nothing is
 *   deleted.
 * @throws {NetworkError} if the registry does not answer. Nothing is deleted.
 * @example
 * ```ts
 * import { deleteTags } from 'registry-api-v2-client'
 *
 * const rules = { keepNewest: 5, by: 'version', tags: 'v*' } as const
 * const { deleted } = await deleteTags('https://registry.example.com', 'team/app', rules)
 * console.log(deleted.flatMap(({ tags }) => tags)) // []
 * ```
 */
export async function deleteTags(
  registry: RegistryInput,
  repository: string,
  what: DeleteChoice,
  options: DeleteTagsOptions = {},
): Promise<DeleteResult> {
  const checked = optionsOf(options)
  const { planAndExecute } = await loaded(import('./checked-calls.ts'), checked.signal)
  return planAndExecute(registry, repository, what, checked)
}

/**
 * Restores deleted images: the manifests with their own bytes, so that their digests stay, then the tags, and the
 * entries in lists of referrers. It works until the registry runs its garbage collection: deleted manifests leave blobs
 * behind, and a garbage collection removes them.
 *
 * @param undo The `undo` that `executeDelete` or `deleteTags` gave, or its JSON parsed again. A plan will do too: then
 *   it restores everything that is missing.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 *   Default: the URL in `undo`.
 * @param options `concurrency`, `onProgress` and `onWarning`. `signal` aborts it; the promise then rejects with the
 *   signal's reason.
 * @returns the restored manifests and tags, and the tags that point to another image now and were not changed.
 * @throws {TypeError} if `undo` is not one, has another `version`, or is of another registry; or if `registry` or an
 *   option has the wrong type.
 * @throws {ValidationError} if `registry` is not a valid address, or a name in `undo` is not valid.
 * @throws {DigestMismatchError} if bytes in `undo` do not match their digest.
 * @throws {RegistryError} if the registry has removed a blob (code `CONTENT_LOST`). The message names them. Nothing is
 *   restored.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { deleteTags, undoDelete } from 'registry-api-v2-client'
 *
 * const { undo } = await deleteTags('https://registry.example.com', 'team/app', 'pr-*')
 * console.log(await undoDelete(undo)) // { manifests: [], tags: [], kept: [] }
 * ```
 */
export async function undoDelete(
  undo: DeletedContent,
  registry?: RegistryInput,
  options: TidyOptions = {},
): Promise<UndoResult> {
  const checked = optionsOf(options)
  const { putBack } = await loaded(import('./checked-calls.ts'), checked.signal)
  return putBack(undo, registry, checked)
}
