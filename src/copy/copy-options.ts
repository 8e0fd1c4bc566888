import type { Digest } from '../oci/digest.ts'
import type { OpenImageOptions } from '../registry/download/open-image-options.ts'
import type { RegistryInput } from '../registry/registry.ts'
import type { MakePlanOptions } from '../transfer/plan/make-plan.ts'
import type { PushOptions } from '../transfer/push-options.ts'

/** An image of a registry. */
export interface CopySource {
  /** The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings. */
  readonly registry: RegistryInput
  /** The name of the repository, such as `team/app`. */
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
}

/** The place that an image is copied to. */
export interface CopyTarget {
  /** The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings. */
  readonly registry: RegistryInput
  /** The name of the repository. @default that of the source */
  readonly repository?: string | undefined
  /** The tags to set. @default the tag of the source; no tag if the source is named by its digest */
  readonly tags?: readonly string[] | undefined
}

/** The options of `planCopy`. */
export interface PlanCopyOptions
  extends OpenImageOptions,
    Pick<MakePlanOptions, 'chunkSize' | 'existing' | 'lookups' | 'mountFrom'> {
  /**
   * True to leave existing tags of the destination unchanged. `onWarning` names those that point to another image.
   * @default false
   */
  readonly noClobber?: boolean | undefined
}

/** The options of `copyImage`: those of reading an image and those of a push. */
export interface CopyOptions extends PlanCopyOptions, Omit<PushOptions, 'compressions'> {}

/** The result of a copy. */
export interface CopiedImage {
  /** The digest of the manifest or index that was copied. */
  readonly digest: Digest
  /**
   * `copied`; `present` if the destination had it already under all tags; or `kept` if nothing was copied because of
   * `noClobber`.
   */
  readonly outcome: 'copied' | 'present' | 'kept'
  /** The tags that name it at the destination now. */
  readonly tags: readonly string[]
}
