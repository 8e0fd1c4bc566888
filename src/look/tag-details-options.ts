import type { RequestOptions } from '../registry/registry.ts'
import type { TagChoice } from '../registry/tag-choice.ts'

/** The options of `listTagDetails`. */
export interface TagDetailsOptions extends RequestOptions {
  /**
   * The tags to read: a pattern in which `*` stands for any text and `?` for one character, a regular expression, a
   * list, or a function. A list is read in its own order, without a request for the tags of the repository. @default
   * all
   */
  readonly tags?: TagChoice | undefined
  /** Tags that are read at once, and requests at once. @default 8 */
  readonly concurrency?: number | undefined
  /** `'list'` gives the rows in the order of the tags, `'ready'` as soon as each is read. @default 'list' */
  readonly order?: 'list' | 'ready' | undefined
  /** Called for each tag that was listed but does not exist any more. It has no row. */
  readonly onWarning?: ((warning: string) => void) | undefined
}
