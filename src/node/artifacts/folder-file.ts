import type { ArtifactFile } from '../../artifacts/artifact-files.ts'
import { createEncoder } from '../../compress/create-encoder.ts'
import { listEntries } from '../../edit/layer-entries.ts'
import { makeLayer } from '../../edit/make-layer.ts'
import { MEDIA_TYPES } from '../../oci/media-type.ts'
import type { RuntimeOptions } from '../../runtime.ts'
import { withLayerFiles } from '../edit/read-layer-files.ts'

/** The annotations by which oras unpacks a folder, and compares the tar in it. */
const UNPACK = 'io.deis.oras.content.unpack'
const CONTENT_DIGEST = 'io.deis.oras.content.digest'

interface PackingOptions extends RuntimeOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Packs a folder as oras does: a gzipped tar whose paths begin with the title. The same folder gives the same bytes,
 * because the tar has no dates and no owners.
 *
 * @throws {TarReadError} if the folder cannot be read
 * @throws {ValidationError} if it is empty, or has a device, a socket or a pipe
 */
export async function folderFile(
  folder: string,
  { title, mediaType = `${MEDIA_TYPES.ociLayer}+gzip`, annotations }: Omit<ArtifactFile, 'data'>,
  { runtime, signal }: PackingOptions,
): Promise<ArtifactFile> {
  const { files } = await withLayerFiles(folder, { signal })
  // oras takes a path above the title for one that leads out of it.
  const above = title.split('/').map((_, index, names) => names.slice(0, index).join('/'))
  const entries = listEntries(files, { at: title, below: new Set(above) })
  const encoder = await createEncoder({ format: 'gzip' }, { runtime, signal })
  const { source, diffId } = await makeLayer(entries, encoder, { runtime, signal })
  return {
    title,
    mediaType,
    data: source,
    annotations: { ...annotations, [UNPACK]: 'true', [CONTENT_DIGEST]: diffId },
  }
}
