import { type JsonObject, objectField, textField } from '../oci/json.ts'
import { isIndex } from '../oci/manifest.ts'
import { BUILDX_TYPE, BUNDLE_CONTENT, BUNDLE_PREDICATE, BUNDLE_TYPE, type ReferrerFacts } from '../oci/referrer-kind.ts'
import type { ManifestInfo } from '../registry/read-manifest.ts'

/** The predicate of a layer: by BuildKit, and by cosign. */
const LAYER_PREDICATES = ['in-toto.io/predicate-type', 'predicateType']

/** Tells whether a referrer can only be described with its manifest. */
export function needsManifest({ artifactType, annotations, isAttestation }: ReferrerFacts): boolean {
  if (artifactType === undefined || artifactType === BUILDX_TYPE || isAttestation) return true
  return artifactType.startsWith(BUNDLE_TYPE) && !Object.hasOwn(annotations, BUNDLE_CONTENT)
}

/** Lists the types of the in-toto predicates in a referrer, each once. */
export function predicateTypesOf(
  annotations: Readonly<Record<string, string>>,
  found: ManifestInfo | undefined,
): readonly string[] {
  const layers = found && !isIndex(found.manifest) ? found.manifest.layers : []
  const inLayers = layers.map((layer) => annotationsOf(layer))
  const types = inLayers.flatMap((one) => LAYER_PREDICATES.map((name) => one[name]))
  return [...new Set([annotations[BUNDLE_PREDICATE], ...types].filter((type) => type !== undefined))]
}

/** Reads the annotations of a document of a registry. Values that are not texts are left out. */
export function annotationsOf(document: object): Readonly<Record<string, string>> {
  const annotations = objectField(document as JsonObject, 'annotations')
  return Object.fromEntries(
    Object.keys(annotations).flatMap((name) => {
      const text = textField(annotations, name)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}
