import type { Digest } from '../oci/digest.ts'
import type { RequestOptions } from './registry.ts'

/** The options of `setTags` and `retagImage`. */
export interface SetTagsOptions extends RequestOptions {
  /**
   * True to leave tags alone that point at another manifest. `onWarning` names them. It cannot be used with `expected`.
   * @default false
   */
  readonly noClobber?: boolean | undefined
  /**
   * The digest that the tags point at now. If one of them points at another manifest or does not exist, nothing is
   * changed. A tag that points at the wanted manifest already is fine. @default any, or none
   */
  readonly expected?: string | undefined
  /** Called with each warning. @default ignores them */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** A tag after `setTags`. */
export interface SetTag {
  readonly tag: string
  /** The digest that the tag pointed at before. Absent if the tag did not exist. */
  readonly previous?: Digest
  /** `set`; `present` if it pointed at the manifest already; or `kept` if `noClobber` kept it where it was. */
  readonly outcome: 'set' | 'present' | 'kept'
}

/** The result of `retagImage`. */
export interface RetaggedImage {
  /** The digest of the manifest or index that was tagged. */
  readonly digest: Digest
  /** Each tag that was asked for, in the same order. */
  readonly tags: readonly SetTag[]
}
