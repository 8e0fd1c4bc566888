import type { Content, Descriptor, Platform } from '../oci/descriptor.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import type { JsonObject } from '../oci/json.ts'
import type { IndexEntry } from '../oci/manifest.ts'
import type { Source } from '../source/source.ts'

/** A parsed image config, by Docker's and OCI's field names in camel case (image-spec § Image Configuration). */
export interface ImageConfig {
  readonly architecture: string
  readonly os: string
  readonly variant: string | undefined
  /** Of Windows: `10.0.20348.2227`. */
  readonly osVersion: string | undefined
  /** RFC 3339, as the config has it. */
  readonly created: string | undefined
  readonly author: string
  readonly comment: string
  readonly cmd: readonly string[]
  readonly entrypoint: readonly string[]
  readonly env: readonly string[]
  readonly user: string
  readonly workingDir: string | undefined
  /** A key for each port, such as `8080/tcp`. */
  readonly exposedPorts: JsonObject
  /** A key for each path. */
  readonly volumes: JsonObject
  readonly stopSignal: string | undefined
  /** Docker's, as the config has it: `Test`, and times in nanoseconds. */
  readonly healthcheck: JsonObject | undefined
  readonly labels: Readonly<Record<string, string>>
  /** The digests of the layers when they are not compressed, lowest first. */
  readonly diffIds: readonly string[]
  readonly history: readonly HistoryEntry[]
}

/** How one step of the build came to be. An entry with `emptyLayer` has no layer. */
export interface HistoryEntry {
  readonly created: string | undefined
  readonly createdBy: string | undefined
  readonly author: string | undefined
  readonly comment: string | undefined
  readonly emptyLayer: boolean
}

/** A layer of an image, and what the image's config says of it. */
export interface Layer extends Descriptor {
  /**
   * Its bytes. Absent for a foreign layer (image-spec § Non-Distributable Layers) whose bytes are not there.
   */
  readonly source: Source | undefined
  /** The digest of the layer when it is not compressed. Absent where the config does not tell. */
  readonly diffId: Digest | undefined
  /** When and by which build step it was made, where the config's history says so. */
  readonly created: string | undefined
  readonly createdBy: string | undefined
}

/** The parts that images, indexes and artifacts have in common. */
export interface ImageParts {
  /**
   * The names it has in its archive, as they stand there: `localhost:5000/team/app:v1`. Of an image in a registry, its
   * whole name there.
   */
  readonly names: readonly string[]
  /** Tags that it has there without a repository, as `org.opencontainers.image.ref.name` may be. */
  readonly tags: readonly string[]
  /** Its manifest or index. These bytes are what is pushed. */
  readonly manifest: Content
  /** The type of an artifact, if it has one (image-spec § Guidelines for Artifact Usage). */
  readonly artifactType: string | undefined
  /** The manifest that this one is attached to, as its referrer. */
  readonly subject: Digest | undefined
  /** The platform that it runs on. Absent for most indexes and artifacts. */
  readonly platform: Platform | undefined
  /** Lowest first. Of an index, the entries that are not manifests. */
  readonly layers: readonly Layer[]
  /** The entries of an index that are available, in its order. Empty for others. */
  readonly children: readonly Image[]
  /** The entries of an index that are not available. Empty for others. */
  readonly missing: readonly IndexEntry[]
  /**
   * The images that are about this one, such as signatures, if `openImage` read them with `{ referrers: true }`. Empty
   * for images of an archive, which lists them as images of their own.
   */
  readonly referrers: readonly Image[]
}

/** An image that runs, with an image config. */
export interface ConfiguredImage extends ImageParts {
  readonly kind: 'image'
  /** The descriptor and the bytes of the config. */
  readonly config: Content
  /** The parsed config. */
  readonly configuration: ImageConfig
}

/** An index: a list of images and artifacts, such as a multi-platform image. */
export interface ImageIndex extends ImageParts {
  readonly kind: 'index'
  readonly config: undefined
  readonly configuration: undefined
}

/** An artifact: anything else that a manifest describes, such as a signature or a chart. */
export interface Artifact extends ImageParts {
  readonly kind: 'artifact'
  /** The descriptor and the bytes of the config, which is not an image config. */
  readonly config: Content
  readonly configuration: undefined
}

/**
 * A manifest with all that it refers to, ready to be pushed. Every part knows its digest, and where its bytes are.
 * `kind` tells an image, an index and an artifact apart.
 */
export type Image = ConfiguredImage | ImageIndex | Artifact

/** An image or an artifact: what is no index. */
export type SingleImage = ConfiguredImage | Artifact

/** Puts together what the contents of layers and the image's config say of them. */
export function describeLayers(
  contents: ReadonlyArray<Descriptor & { readonly source: Source | undefined }>,
  { diffIds, history }: Pick<ImageConfig, 'diffIds' | 'history'>,
): readonly Layer[] {
  const steps = history.filter((entry) => !entry.emptyLayer)
  // With another number of diff IDs, their layers are not known.
  const isTold = diffIds.length === contents.length
  const hasHistory = steps.length === contents.length
  return contents.map(({ mediaType, digest, size, source }, position) => {
    const diffId = isTold ? diffIds[position] : undefined
    const step = hasHistory ? steps[position] : undefined
    return {
      mediaType,
      digest,
      size,
      source,
      diffId: isDigest(diffId) ? diffId : undefined,
      created: step?.created,
      createdBy: step?.createdBy,
    }
  })
}

/** Returns the platform in a config, if it has one. */
export function platformOf({ os, architecture, variant }: ImageConfig): Platform | undefined {
  return os && architecture ? { os, architecture, ...(variant && { variant }) } : undefined
}
