import { ValidationError } from '../errors.ts'
import { foreignPackingOf } from '../unpack/foreign-packing.ts'

/**
 * Looks for a packing that layers may not have: engines unpack gzip and zstd, and the media types name nothing else
 * (image-spec § Image Layer Filesystem Changeset).
 *
 * @param head The first bytes of the layer.
 * @throws {ValidationError} if the layer has one
 */
export function refusePackedLayer(head: Uint8Array, path: string): void {
  const packing = foreignPackingOf(head)
  if (!packing) return
  throw new ValidationError(
    'NOT_SUPPORTED',
    `Cannot read layer ${JSON.stringify(path)}: it is packed with ${packing.name}, which has no media type in images`,
    { remedy: 'load the archive with "docker load", and save the image again', path },
  )
}
