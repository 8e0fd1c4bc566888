import { text } from '../check-options.ts'
import { toSource } from '../source/from.ts'
import { layerPath, parentOf, WHITEOUT } from './layer-path.ts'
import type { LayerEntry } from './layer-tar.ts'

/**
 * Lists the markers of removed paths (image-spec § Whiteouts). A file of the layer replaces the one below without a
 * marker. A folder of the layer gets one that hides what is in the folder below.
 *
 * @param paths The paths of the layer's files.
 * @throws {ValidationError} if a removed path is not valid
 */
export function removedMarkers(removed: readonly string[], paths: readonly string[]): ReadonlySet<string> {
  const toPath = (path: string) => layerPath(text('remove', path, 'an array of paths').replace(/^\//, ''))
  return new Set(removed.flatMap((path) => markerOf(toPath(path), paths) ?? []))
}

function markerOf(path: string, paths: readonly string[]): string | undefined {
  if (paths.some((other) => other.startsWith(`${path}/`))) return `${path}/${WHITEOUT}${WHITEOUT}.opq`
  if (paths.includes(path)) return undefined
  const folder = parentOf(path)
  return folder ? `${folder}/${WHITEOUT}${path.slice(folder.length + 1)}` : WHITEOUT + path
}

/** Makes a marker: an empty file. */
export function markerEntry(path: string): LayerEntry {
  return { path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, source: toSource(new Uint8Array()) }
}
