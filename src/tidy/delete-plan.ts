import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'

/** A plan to delete images of a repository, as `planDelete` makes it. It is JSON. */
export interface DeletePlan extends DeletedContent {
  /** All tags of the repository, each with the digest that it points to. */
  readonly tags: readonly TagDigest[]
  /** The tags and manifests that are kept, with the reasons. */
  readonly stays: readonly StayingImage[]
  /** The tags and manifests that could not be read. They are kept, with everything that they may need. */
  readonly unread: readonly UnreadManifest[]
}

/** Deleted manifests and tags, with everything that is needed to restore them. */
export interface DeletedContent {
  /** The version of this form. */
  readonly version: 1
  /** The registry's base URL. */
  readonly registry: string
  readonly repository: string
  /** The steps: parents before their children, images before their referrers. */
  readonly deletes: readonly PlannedDelete[]
  /** The manifests that `deletes` names, and the lists that lose an entry, with their bytes. */
  readonly manifests: readonly KeptManifest[]
}

/** A tag, and the digest that it points to. */
export interface TagDigest {
  readonly tag: string
  readonly digest: Digest
}

/** One manifest, or one tag, to delete. */
export interface PlannedDelete {
  readonly digest: Digest
  /**
   * - `digest`: deletes the manifest, and so its tags.
   * - `tag`: deletes only the tag. Some registries cannot, such as distribution 2: there the tag is kept.
   * - `overwrite`: the same. Where the registry cannot, the tag is moved to a copy of the manifest with white space
   *   added, and that copy is deleted.
   */
  readonly way: 'digest' | 'tag' | 'overwrite'
  /** The tags to delete. With `tag` and `overwrite` there is one. */
  readonly tags: readonly string[]
  /** The reason: it was chosen, only a deleted index lists it, or it is attached to a deleted image. */
  readonly why: 'chosen' | 'child' | 'referrer'
  /** The manifests of this plan that list it, or that it is attached to. It is deleted only after them. */
  readonly after: readonly Digest[]
  /** The other tags of the manifest, which are kept. */
  readonly siblings: readonly string[]
  /** The list of referrers that loses this entry (distribution-spec § Referrers Tag Schema). */
  readonly listed?: ListedReferrer
}

/** A list of referrers that loses an entry. */
export interface ListedReferrer {
  /** The manifest whose referrers it lists. */
  readonly subject: Digest
  /** The list. Its bytes are in `manifests`. */
  readonly list: Digest
}

/** A manifest with its bytes. */
export interface KeptManifest extends Descriptor {
  /** Its bytes in base64. */
  readonly content: string
}

/**
 * Why an image or a tag is kept:
 *
 * - `not-chosen`: no tag, digest, pattern or rule chose it.
 * - `kept`: the rule `keep` names it.
 * - `newest`: it is one of the newest.
 * - `recent`: it is not old enough.
 * - `no-date`: it has no date, or a date that cannot be right.
 * - `no-version`: its tag is not a version, such as `latest`.
 * - `shared`: kept tags point to the same manifest.
 * - `listed`: a kept index lists it.
 * - `referrer`: it is attached to a kept image.
 * - `unread`: it could not be read.
 * - `unknown`: a kept manifest could not be read, and may need it.
 */
export type StayReason =
  | 'not-chosen'
  | 'kept'
  | 'newest'
  | 'recent'
  | 'no-date'
  | 'no-version'
  | 'shared'
  | 'listed'
  | 'referrer'
  | 'unread'
  | 'unknown'

/** A kept image, by one of its tags or without a tag. */
export interface StayingImage {
  readonly digest: Digest
  readonly tag?: string
  readonly reason: StayReason
  /** The reason in words, for people. */
  readonly text: string
}

/** A manifest or a tag that could not be read. */
export interface UnreadManifest {
  /** A digest, or a tag whose digest is not known. */
  readonly reference: string
  readonly text: string
}

/** The outcome of `executeDelete` and `deleteTags`. */
export interface DeleteResult {
  /** The steps that were done. */
  readonly deleted: readonly PlannedDelete[]
  /** The steps that were left out, and why. */
  readonly skipped: readonly SkippedDelete[]
  /** The steps that the registry refused. */
  readonly failed: readonly FailedDelete[]
  /** The done steps with the bytes of their manifests, for `undoDelete`. It is JSON. */
  readonly undo: DeletedContent
}

/**
 * Why something was not deleted:
 *
 * - `moved`: a tag points to another manifest than in the plan.
 * - `gone`: it was already deleted.
 * - `needed`: since the plan, a tag was set that needs it.
 * - `tag-not-deletable`: the registry cannot delete a single tag.
 * - `parent-stays`: an index that lists it, or the image that it is attached to, was not deleted.
 * - `stopped`: an earlier delete failed.
 */
export type SkipReason = 'moved' | 'gone' | 'needed' | 'tag-not-deletable' | 'parent-stays' | 'stopped'

/** A part of a plan that was not deleted. */
export interface SkippedDelete {
  readonly digest: Digest
  readonly tags: readonly string[]
  readonly reason: SkipReason
  /** The reason in words, for people. */
  readonly text: string
}

/** A part of a plan that the registry refused. */
export interface FailedDelete {
  readonly digest: Digest
  readonly tags: readonly string[]
  readonly error: Error
}

/** The outcome of `undoDelete`. */
export interface UndoResult {
  /** The manifests that were restored. */
  readonly manifests: readonly Digest[]
  /** The tags that were set again. */
  readonly tags: readonly TagDigest[]
  /** The tags that point to another manifest now. They were not changed. */
  readonly kept: readonly TagDigest[]
}
