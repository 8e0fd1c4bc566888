import type { TagChoice } from '../registry/tag-choice.ts'
import type { CopiedImage, CopyOptions } from './copy-options.ts'

/** The options of `copyRepository`. */
export interface CopyRepositoryOptions extends CopyOptions {
  /**
   * The tags to copy: a pattern in which `*` stands for any text and `?` for one character, a regular expression, a
   * list, or a function. @default all
   */
  readonly tags?: TagChoice | undefined
  /**
   * True to copy the tags of cosign too (`sha256-<hex>.sig`), whatever they are about. The lists of referrers
   * (`sha256-<hex>`) are never copied as tags: `referrers` adds their entries to those of the destination. @default
   * false
   */
  readonly digestTags?: boolean | undefined
  /** Images that are read and copied at once. @default 8 */
  readonly imagesAtOnce?: number | undefined
  /** Called with each tag when it is copied, or need not be. */
  readonly onTag?: ((copied: CopiedTag) => void) | undefined
}

/** A tag of a repository that was copied. */
export interface CopiedTag extends Pick<CopiedImage, 'digest' | 'outcome'> {
  readonly tag: string
}
