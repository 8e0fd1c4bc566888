import type { TagChoice } from '../registry/tag-choice.ts'
import type { DeletePlan } from './delete-plan.ts'

/** Rules for deleting images. An image is deleted only if every given rule allows it. */
export interface RetentionRules {
  /**
   * The tags that the rules apply to: a pattern, a regular expression, a list of tags and patterns, or a function.
   * @default all
   */
  readonly tags?: TagChoice | undefined
  /** The number of images to keep. Several tags of one image count once. @default none */
  readonly keepNewest?: number | undefined
  /**
   * How `keepNewest` counts. `date`: by the date in the image's config. `version`: by the number in the tag. Tags with
   * other text before the number count separately. Tags without a version, such as `latest`, are kept. @default 'date'
   */
  readonly by?: 'version' | 'date' | undefined
  /** Deletes only older images: a date, or an age such as `12h`, `30d` or `8w`. @default of any age */
  readonly olderThan?: Date | string | undefined
  /** Tags that are always kept. They do not count for `keepNewest`. @default none */
  readonly keep?: TagChoice | undefined
}

/** The images to delete: tags, digests, a pattern of tags, or rules. */
export type DeleteChoice = TagChoice | RetentionRules

/** Tells how far a plan, its execution or an undo is. */
export interface DeleteProgress {
  /**
   * `tags`: looks up tags. `manifests`: reads manifests; their number grows. `delete`: deletes. An undo restores
   * manifests, and then tags.
   */
  readonly phase: 'tags' | 'manifests' | 'delete'
  readonly done: number
  readonly total: number
}

/** The options that all functions of this room take. */
export interface TidyOptions {
  /** Requests at once. @default 8 */
  readonly concurrency?: number | undefined
  /** Ends it; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: DeleteProgress) => void) | undefined
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** The options of `deleteTags`. */
export interface DeleteTagsOptions extends PlanDeleteOptions {
  /**
   * Called with the plan before anything is deleted. Store it to undo a delete that was aborted or killed: `undoDelete`
   * takes it too. If this throws, nothing is deleted.
   */
  readonly onPlan?: ((plan: DeletePlan) => void | Promise<void>) | undefined
}

/** The options of `planDelete`. */
export interface PlanDeleteOptions extends TidyOptions {
  /** True to allow deleting all tags of the repository. @default false */
  readonly all?: boolean | undefined
  /** True to delete manifests too that only a deleted index lists. @default true */
  readonly children?: boolean | undefined
  /** True to delete the referrers of a deleted image too: signatures, attestations, SBOMs. @default true */
  readonly referrers?: boolean | undefined
  /**
   * True to delete single tags also in registries that cannot, such as distribution 2: the tag is overwritten with a
   * copy of its manifest, and that is deleted. If another client moves the tag at that moment, its push is lost.
   * @default false
   */
  readonly overwriteTags?: boolean | undefined
  /** In bytes: the maximum size of all deleted manifests together. The plan contains them. @default 64 MiB */
  readonly maxManifestBytes?: number | undefined
}
