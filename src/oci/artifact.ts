import { type Index, isIndex, type Manifest } from './manifest.ts'

/** The type of the config `{}` of an artifact without a config (image-spec § Guidance for an Empty Descriptor). */
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json'
/** The annotation with the path of a file (image-spec § Pre-Defined Annotation Keys). */
export const TITLE = 'org.opencontainers.image.title'
/** The annotation with the date of a manifest, in RFC 3339. */
export const CREATED = 'org.opencontainers.image.created'

/** Returns a type that says something. The type of an empty config says only that there is no config. */
export function statedType(artifactType: unknown): string | undefined {
  return typeof artifactType !== 'string' || artifactType === EMPTY_TYPE ? undefined : artifactType || undefined
}

/** Returns the type of an artifact: of one without a type, that of its config (image-spec § Artifact Usage). */
export function artifactTypeOf(manifest: Manifest | Index): string | undefined {
  const { artifactType } = manifest
  // Lists and manifests of others may have anything there.
  return (
    (typeof artifactType === 'string' && artifactType) || (isIndex(manifest) ? undefined : manifest.config.mediaType)
  )
}
