import { ValidationError } from '../errors.ts'
import { INDEX_PATH, LAYOUT, LAYOUT_PATH, MANIFEST_PATH } from '../oci/image-layout.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { toSource } from '../source/from.ts'
import type { Source } from '../source/source.ts'
import { blobPath } from './blob-path.ts'
import type { LayoutBlob } from './layout-blobs.ts'
import type { LayoutPlan } from './layout-plan.ts'

/** The only kind of reader that an archive is for. */
export type SaveFormat = 'docker' | 'oci'

/** A file of an archive. */
export interface ArchiveFile {
  readonly path: string
  readonly source: Source
  /** Absent for a file that describes the archive, such as `index.json`. */
  readonly blob?: LayoutBlob
}

/**
 * Lists the files of an archive, JSON first. `docker` has only `manifest.json`, and what it names; `oci` has no
 * `manifest.json`; without a format the archive has both.
 *
 * @throws {ValidationError} if it is for Docker, but has no image that Docker can load
 */
export function listArchiveFiles(layout: LayoutPlan, format?: SaveFormat): readonly ArchiveFile[] {
  const { listed, loadable, blobs } = layout
  const files: ArchiveFile[] = []
  if (format !== 'docker') {
    files.push(jsonFile(LAYOUT_PATH, LAYOUT))
    files.push(jsonFile(INDEX_PATH, { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: listed }))
  }
  if (format !== 'oci' && loadable.length > 0) files.push(jsonFile(MANIFEST_PATH, loadable))
  if (files.length === 0) throw notLoadable()
  const named = new Set(loadable.flatMap(({ Config, Layers }) => [Config, ...Layers]))
  for (const blob of blobs) {
    const path = blobPath(blob.digest)
    if (format !== 'docker' || named.has(path)) files.push({ path, source: blob.source, blob })
  }
  return files
}

/** Makes a file of JSON. */
export function jsonFile(path: string, document: unknown): ArchiveFile {
  return { path, source: toSource(new TextEncoder().encode(JSON.stringify(document))) }
}

function notLoadable(): ValidationError {
  return new ValidationError('NO_IMAGE', 'Cannot write an archive for Docker: there is no image that it can load', {
    remedy: "leave out { format: 'docker' }, or choose other images",
  })
}
