/** Another beginning of names. */
export interface Renaming {
  readonly from: string
  readonly to: string
}

/**
 * Makes a function that replaces the beginning of a name, by the first renaming that matches. A beginning ends where a
 * part of the name ends: `team/app` is no beginning of `team/application:v1`.
 */
export function renamer(renamings: readonly Renaming[] = []): (name: string) => string {
  return (name) => {
    for (const { from, to } of renamings) {
      const rest = name.slice(from.length)
      if (name.startsWith(from) && (rest === '' || /^[/:@]/.test(rest) || /[/:]$/.test(from))) return to + rest
    }
    return name
  }
}
