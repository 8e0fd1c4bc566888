import { loaded } from '../async/lazy.ts'
import { ValidationError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import { isPlainLayerType } from '../oci/media-type.ts'
import { packingOf, readHead } from '../unpack/packing.ts'
import type { Reading } from './reading.ts'

const LAYER = /^application\/vnd\.(?:oci\.image\.layer|docker\.image\.rootfs)\./

/** Packings of layers that engines do not know (image-spec § Image Layer Filesystem Changeset). */
const FOREIGN_PACKING = /[.+](?:xz|lzma|bzip2|bz2|lz4|br|lzip)$/

/**
 * Sees to it that an image has as many layers as its config has diff IDs, and in their order, as far as that shows
 * without unpacking: the digest of a plain layer is its diff ID. Engines refuse images that break this rule (image-spec
 * § Image Configuration).
 *
 * @throws {ValidationError} if it has other layers, or in another order, as Docker 25.0 wrote them (moby#47065,
 *   moby#47150)
 */
export async function verifyLayers({ signal, warn }: Reading, image: Image): Promise<void> {
  const { layers, manifest, configuration } = image
  const diffIds: readonly string[] = configuration?.diffIds ?? []
  if (!isRootFilesystem(image)) return
  if (layers.length !== diffIds.length) {
    throw wrongLayers(image, `it lists ${layers.length} layers, but the config has ${diffIds.length} diff IDs`)
  }
  for (const [position, { mediaType, digest, source }] of layers.entries()) {
    if (!source || digest === diffIds[position]) continue
    if (diffIds.includes(digest)) throw wrongLayers(image, `layer ${position} is at another position in the config`)
    if (FOREIGN_PACKING.test(mediaType))
      warn(`Layer ${position} of ${manifest.digest} is "${mediaType}", which engines cannot unpack.`)
    if (!isPlainLayerType(mediaType)) continue
    const head = await readHead(source, signal)
    if (!packingOf(head)) {
      const { refusePackedLayer } = await loaded(import('./packed-layer.ts'), signal)
      refusePackedLayer(head, digest)
      throw wrongLayers(image, `the config does not know layer ${position}`)
    }
    warn(
      `Layer ${position} of ${manifest.digest} is said not to be compressed, but it is; engines may refuse to pull it.`,
    )
  }
}

/** Artifacts, signatures and attestations may use the config of an image too, and need not fill it in. */
function isRootFilesystem({ platform, artifactType, subject, configuration, layers }: Image): boolean {
  if (!configuration || artifactType !== undefined || subject !== undefined) return false
  if (layers.length > 0 && !layers.some(({ mediaType }) => LAYER.test(mediaType))) return false
  return platform ? platform.os !== 'unknown' : configuration.diffIds.length > 0
}

/** Says that an image could be pushed, but not be run. */
export function wrongLayers({ manifest: { digest } }: Image, fault: string): ValidationError {
  return new ValidationError(
    'IMAGE_INVALID',
    `Cannot read the image: the layers of ${digest} do not fit its config: ${fault}`,
    { remedy: 'save the image again', input: digest },
  )
}
