import type { ResponseError } from '../errors.ts'
import { explained } from '../http/explained-error.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import { isIndex } from '../oci/manifest.ts'
import { isForeignLayerType, MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { explainRefusedTag } from '../registry/refused-tag.ts'
import { readAll } from '../source/source.ts'
import type { PushPlan } from './plan/plan.ts'

const LACKS_BLOB = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN']
/** Codes that are about the content of the manifest, and not about its tag, its repository or the user. */
const ABOUT_CONTENT = ['MANIFEST_INVALID', ...LACKS_BLOB]
/** Statuses that say that the manifest is not what the registry takes. */
const NOT_TAKEN = [400, 404, 409, 415, 422]

const LOST = ['the registry does not find a blob that this push has sent', 'push again'] as const
const STALE = [
  'a blob that was there when the push was planned is no longer there',
  "plan and push again, with { existing: 'upload' } if the registry still says that it has it",
] as const
/** Quay takes no plain layers in a Docker manifest (containers/image#1270). */
const PLAIN = ['it may accept only compressed layers', "if so, pass { compress: 'gzip' }"] as const

/**
 * Says why a registry does not take a manifest, where that can be known, and what to do.
 *
 * @param error What it answered.
 * @param plan What was carried out.
 * @param manifests The bytes of the plan's manifests.
 */
export async function explainRefusal(
  error: ResponseError,
  { blobs }: Pick<PushPlan, 'blobs'>,
  manifests: readonly Content[],
): Promise<ResponseError> {
  const tag = explainRefusedTag(error)
  if (tag !== error) return tag
  const layers = await layersIn(manifests)
  const foreign = layers.filter(({ mediaType }) => isForeignLayerType(mediaType)).map(({ digest }) => digest)
  const named = digestsIn(error)
  const codes = error.errors.map(({ code }) => code)
  const isAboutContent = codes.length === 0 || codes.some((code) => ABOUT_CONTENT.includes(code))
  // distribution 2 names them with a 500.
  const isUnnamed = named.length === 0 && isAboutContent && NOT_TAKEN.includes(error.status)
  const refused = foreign.filter((digest) => isUnnamed || named.includes(digest))
  if (refused.length > 0) return refusedForeign(error, refused, new Set(blobs.map(({ digest }) => digest)))
  if (codes.some((code) => LACKS_BLOB.includes(code))) {
    const [reason, remedy] = wasThere(blobs) ? STALE : LOST
    return explained(error, 'CONTENT_LOST', reason, remedy)
  }
  const hasPlain = layers.some(({ mediaType }) => mediaType === MEDIA_TYPES.dockerLayer)
  return hasPlain && isAboutContent && error.status === 400 ? explained(error, 'LAYERS_REFUSED', ...PLAIN) : error
}

/**
 * Tells whether the push relies on blobs that were there before it. With `{ existing: 'upload' }`, which sends
 * manifests as blobs too, it does not.
 */
function wasThere(blobs: PushPlan['blobs']): boolean {
  return blobs.some(({ action }) => action !== 'upload') && blobs.every(({ kind }) => kind !== 'manifest')
}

function refusedForeign(error: ResponseError, digests: readonly string[], sent: ReadonlySet<string>): ResponseError {
  const upload = digests.every((digest) => sent.has(digest))
    ? ''
    : ", or push their bytes too, from an archive that has them, with { foreignLayers: 'upload' }"
  return explained(
    error,
    'LAYERS_REFUSED',
    `it does not accept the foreign layers of the image (${[...new Set(digests)].join(', ')})`,
    `allow their addresses in its configuration (distribution: validation.manifests.urls.allow)${upload}`,
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
