import { COSIGN_KIND, COSIGN_KINDS, IMAGE_NAME, REF_NAME, SUBJECT } from '../oci/annotations.ts'
import { type Descriptor, descriptorOf, type Platform } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { isReferrerTag, subjectOfTag } from '../oci/referrer-tag.ts'
import type { NamedImage } from './image-names.ts'

/** An entry of `index.json`. */
export interface ListedManifest extends Descriptor {
  readonly artifactType?: string
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * Lists an image in `index.json`, once for each of its names. A referrer is listed by its subject, as Docker 29 does,
 * if the subject is there too.
 *
 * @param present The digests of all that is in the layout.
 */
export function listManifest(
  { image, names, tags }: NamedImage,
  present: ReadonlySet<Digest>,
): readonly ListedManifest[] {
  const { manifest, kind, platform, artifactType, subject } = image
  const entry = {
    ...descriptorOf(manifest),
    ...(kind === 'artifact' && artifactType !== undefined && { artifactType }),
    ...(kind === 'image' && platform && { platform }),
  }
  const subjectDigest = subject ?? subjectOfTag(tags[0])
  const about = subjectDigest !== undefined && present.has(subjectDigest) && { [SUBJECT]: subjectDigest }
  const named = [
    ...names.map(({ full, tag }) => ({ [IMAGE_NAME]: full, [REF_NAME]: tag })),
    ...tags.map((tag) => (about ? cosignKind(tag) : undefined) ?? { [REF_NAME]: tag }),
  ]
  if (named.length > 0) return named.map((name) => ({ ...entry, annotations: { ...name, ...about } }))
  return [{ ...entry, ...(about && { annotations: about }) }]
}

/**
 * Lists a tag of cosign's by its kind, as `cosign save` does. containerd and podman would take the tag for the name of
 * an image.
 */
function cosignKind(tag: string): Readonly<Record<string, string>> | undefined {
  const kind = Object.keys(COSIGN_KINDS).find((kind) => isReferrerTag(tag) && tag.endsWith(`.${COSIGN_KINDS[kind]}`))
  return kind === undefined ? undefined : { [COSIGN_KIND]: kind }
}
