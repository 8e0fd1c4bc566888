import { homedir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/**
 * Finds the user's home folder: `HOME`, or the system's entry for the user. A relative `HOME` is ignored, because it
 * would point below the current folder, which may belong to anybody.
 *
 * @returns `undefined` if the user has no home folder
 */
export function homeFolder(): string | undefined {
  return [homedir, () => userInfo().homedir].map(attempt).find((path) => path !== undefined && isAbsolute(path))
}

/** Calls `find`, or returns `undefined` if it throws. Both functions throw if the system has no entry for the user. */
function attempt(find: () => string): string | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}
