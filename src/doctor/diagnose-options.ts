import type { RequestOptions } from '../registry/registry.ts'
import type { RegistryCheck } from './check.ts'

/** The options of `diagnoseRegistry`. */
export interface DiagnoseOptions extends RequestOptions {
  /**
   * The origin of a web page, such as `https://page.example.com`: checks what a page of this origin can do with the
   * registry. @default in a page its own origin, otherwise these checks are skipped
   */
  readonly origin?: string | URL | undefined
  /** A repository, such as `team/app`: checks what can be done with it. @default checks of a repository are skipped */
  readonly repository?: string | undefined
  /**
   * True if uploads may be opened in `repository` and cancelled, and a manifest that does not exist may be deleted. No
   * blob and no manifest changes. @default false: checks that need this are skipped
   */
  readonly write?: boolean | undefined
  /**
   * Called for each check as soon as it is made, then for those that were not reached. @default none
   */
  readonly onCheck?: ((check: RegistryCheck) => void) | undefined
  /** The time, in milliseconds, until each answer must begin. @default 10 000 */
  readonly timeout?: number | undefined
}
