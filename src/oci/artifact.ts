/** The type of the config `{}` of an artifact that has no config (image-spec § Guidance for an Empty Descriptor). */
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json'

/** The type that an artifact has for the spec: not that of an empty config. */
export function statedType(artifactType: string | undefined): string | undefined {
  return artifactType === EMPTY_TYPE ? undefined : artifactType || undefined
}
