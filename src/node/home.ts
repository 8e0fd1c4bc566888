import { homedir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/**
 * Finds the user's home folder: `HOME`, or what the system has for the user. A relative `HOME` counts as none, since it would lead
 * below the current folder, which may be anybody's.
 *
 * @returns nothing if the user has none
 */
export function homeFolder(): string | undefined {
  return [homedir, () => userInfo().homedir].map(attempt).find((path) => path !== undefined && isAbsolute(path))
}

/** A user without an entry in the system's list makes both throw. */
function attempt(find: () => string): string | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}
