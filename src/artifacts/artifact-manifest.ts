import { EMPTY_TYPE } from '../oci/artifact.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'

/** The config of an artifact without a config. Its bytes `{}` are in it, and in the registry too. */
export const EMPTY = {
  mediaType: EMPTY_TYPE,
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' satisfies Digest as Digest,
  size: 2,
  data: 'e30=',
}

/** A layer of an artifact. */
interface ArtifactLayer extends Descriptor {
  readonly annotations?: Readonly<Record<string, string>>
}

/** The parts of an artifact's manifest. */
interface ArtifactParts {
  readonly artifactType: string
  readonly layers: readonly ArtifactLayer[]
  readonly subject: Descriptor | undefined
  readonly annotations: Readonly<Record<string, string>>
}

/** Writes the manifest of an artifact, to the byte as oras 1.3 writes it. */
export function writeArtifactManifest({ artifactType, layers, subject, annotations }: ArtifactParts): Uint8Array {
  const listed = layers.map(({ mediaType, digest, size, annotations }) => ({
    ...{ mediaType, digest, size },
    ...(annotations && { annotations: new Map(Object.entries(annotations)) }),
  }))
  const manifest = {
    ...{ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, artifactType, config: EMPTY },
    layers: listed.length > 0 ? listed : [EMPTY],
    ...(subject && { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } }),
    annotations: new Map(Object.entries(annotations)),
  }
  return new TextEncoder().encode(toGoJson(manifest))
}

/**
 * Writes JSON as Go does: the keys of a `Map` are sorted, and characters that mean something in HTML are escaped. An
 * object would put keys that are numbers first.
 */
function toGoJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toGoJson).join(',')}]`
  if (value instanceof Map) return `{${[...value].sort(([one], [other]) => (one < other ? -1 : 1)).map(toMember)}}`
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(toMember)}}`
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped)
}

function toMember([key, value]: readonly [string, unknown]): string {
  return `${toGoJson(key)}:${toGoJson(value)}`
}
