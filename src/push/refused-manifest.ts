import { ResponseError } from '../errors.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import { isIndex } from '../oci/manifest.ts'
import { isForeignLayerType, MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { readAll } from '../source/source.ts'

const LACKS_BLOB = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN']
/** Statuses that say that the manifest is not what the registry takes. */
const NOT_TAKEN = [400, 404, 409, 415, 422]

const STALE =
  'a blob that was there when the push was planned is there no more; plan and push again, ' +
  "with { existing: 'upload' } if the registry still says that it has it"
/** Quay takes no plain layers in a Docker manifest (containers/image#1270). */
const PLAIN = "if it takes no layers that are not compressed, pass { compress: 'gzip' }"

/**
 * Says why a registry does not take a manifest, where that can be known, and what to do.
 *
 * @param error What it answered.
 * @param manifests Those of the push.
 */
export async function explainRefusal(error: ResponseError, manifests: readonly Content[]): Promise<ResponseError> {
  const layers = await layersIn(manifests)
  const foreign = layers.filter(({ mediaType }) => isForeignLayerType(mediaType)).map(({ digest }) => digest)
  const named = digestsIn(error)
  // distribution 2 names them with a 500.
  const isUnnamed = named.length === 0 && NOT_TAKEN.includes(error.status)
  const refused = foreign.filter((digest) => isUnnamed || named.includes(digest))
  if (refused.length > 0) return withRemedy(error, allowForeign(refused))
  if (error.errors.some(({ code }) => LACKS_BLOB.includes(code))) return withRemedy(error, STALE)
  const hasPlain = layers.some(({ mediaType }) => mediaType === MEDIA_TYPES.dockerLayer)
  return hasPlain && error.status === 400 ? withRemedy(error, PLAIN) : error
}

function allowForeign(digests: readonly string[]): string {
  return (
    `it does not take the foreign layers of the image (${[...new Set(digests)].join(', ')}): ` +
    'allow their addresses in its configuration (distribution: validation.manifests.urls.allow), ' +
    "or push their bytes too, from an archive that has them, with { foreignLayers: 'upload' }"
  )
}

async function layersIn(manifests: readonly Content[]): Promise<readonly Descriptor[]> {
  const layers: Descriptor[] = []
  for (const { digest, source } of manifests) {
    const manifest = parseManifest(await readAll(source), digest)
    if (!isIndex(manifest)) layers.push(...manifest.layers)
  }
  return layers
}

/** The digests that a registry says something about: distribution gives them as `detail`, others in words. */
function digestsIn({ errors }: ResponseError): readonly string[] {
  const said = JSON.stringify(errors.map(({ message, detail }) => [message, detail]))
  return said.match(/sha256:[0-9a-f]{64}/g) ?? []
}

function withRemedy({ message, method, url, status, errors, cause }: ResponseError, remedy: string): ResponseError {
  return new ResponseError(`${message}; ${remedy}`, { method, url, status, errors, cause })
}
