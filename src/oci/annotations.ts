// The annotations of the entries of an `index.json`, by which tools name what is in a layout.

/** The name of an image in full, as containerd and Docker write it. */
export const IMAGE_NAME = 'io.containerd.image.name'
/** A tag, or a whole name (image-spec § Pre-Defined Annotation Keys). */
export const REF_NAME = 'org.opencontainers.image.ref.name'
/** The digest of the manifest that an entry is about. containerd 2.2 and Docker 29.1 list referrers by it. */
export const SUBJECT = 'io.containerd.manifest.subject'
/** The role of an entry, as `cosign save` writes it. */
export const COSIGN_KIND = 'kind'
/** The kinds that cosign lists beside an image, and the endings of their tags in a registry. */
export const COSIGN_KINDS: Readonly<Record<string, string>> = {
  'dev.cosignproject.cosign/sigs': 'sig',
  'dev.cosignproject.cosign/atts': 'att',
  'dev.cosignproject.cosign/sboms': 'sbom',
}
