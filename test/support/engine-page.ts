/**
 * An element of the page: by its role and accessible name, by its text, or by CSS. The first one that is visible is meant, in open shadow roots,
 * too. A string has to be the whole name; of a text, it may be a part.
 */
export type Target =
  | { readonly role: string; readonly name: string | RegExp }
  | { readonly text: string | RegExp }
  | { readonly css: string }

/** A page in a browser engine, for what a user does in all of them. Each act waits until there is such an element. */
export interface EnginePage {
  open(url: string): Promise<void>
  reload(): Promise<void>
  click(target: Target): Promise<void>
  /** Types a text into a field, instead of what it holds. */
  fill(target: Target, text: string): Promise<void>
  /** Chooses an option of a list, by its value. */
  select(target: Target, value: string): Promise<void>
  /** Chooses files of the disk in a file input, which need not be visible. */
  choose(selector: string, ...paths: readonly string[]): Promise<void>
  /** Waits until an element shows. The wait is as long as a test may take, unless something else is said. */
  shows(target: Target, milliseconds?: number): Promise<void>
  /** The visible text of an element. */
  text(target: Target): Promise<string>
  /** The value of a field. */
  value(target: Target): Promise<string>
  /** Runs a function in the page, which uses nothing from outside. What it gets and gives is JSON. */
  evaluate<T, A extends readonly unknown[]>(run: (...args: A) => T | Promise<T>, ...args: A): Promise<T>
  /** The errors that the page wrote to its console or threw since it was opened. In WebKit: after it was loaded. */
  errors(): Promise<readonly string[]>
  close(): Promise<void>
}

/** How long an act waits for its element, in milliseconds. */
export const PATIENCE = 20_000
