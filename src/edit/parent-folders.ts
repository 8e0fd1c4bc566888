import type { FileAttributes } from './layer-files.ts'

/** Permissions of folders that are not 0755 in an image. */
const USUAL_MODES: ReadonlyMap<string, number> = new Map([
  ['root', 0o700],
  ['tmp', 0o1777],
  ['var/tmp', 0o1777],
])
/** Folders that are links in many images. An entry for a folder would replace the link. */
const OFTEN_LINKS = new Set(['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin', 'var/lock', 'var/run'])

/**
 * Tells whether a layer has an entry for a folder that its files are in. Docker before 23 creates folders without an
 * entry with the permissions 0600 (github.com/moby/moby, pkg/archive/diff.go).
 *
 * @param below The paths in the layers below, if they are known.
 */
export function needsEntry(folder: string, below: ReadonlySet<string> | undefined): boolean {
  return below ? !below.has(folder) : !OFTEN_LINKS.has(folder)
}

/**
 * Returns the attributes of a folder that the files are in. The owner of the files has to be able to write into the
 * folder that gets them. Folders above it are those of the system.
 *
 * @param at The folder that gets the files: empty for the root.
 */
export function parentAttributes(folder: string, at: string): FileAttributes {
  const isOfFiles = at !== '' && (folder === at || folder.startsWith(`${at}/`))
  return { mode: USUAL_MODES.get(folder), ...(!isOfFiles && { uid: 0, gid: 0 }) }
}
