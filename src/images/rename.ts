import { show } from '../check-options.ts'

/**
 * Calls the option `rename` for a name.
 *
 * @returns the new name, or `undefined` to leave the name out
 * @throws {TypeError} if it is not a function, or returns neither
 */
export function callRename(rename: unknown, name: string): string | undefined {
  if (typeof rename !== 'function')
    throw new TypeError(`Cannot use rename: it has to be a function, not ${show(rename)}`)
  const renamed: unknown = rename(name)
  if (renamed === undefined || typeof renamed === 'string') return renamed
  throw new TypeError(
    `Cannot use rename: it has to give a name or undefined at once for "${name}", not ${show(renamed)}`,
  )
}
