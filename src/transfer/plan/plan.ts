import type { BlobKind } from '../../control/push-progress.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import type { CompressionFormat } from '../../runtime.ts'

/** How a layer comes about that the archive has not compressed. */
export interface PlannedCompression {
  /** The layer of the archive that it is made of. */
  readonly from: Digest
  readonly format: CompressionFormat
  readonly level: number
  /** The encoder and its version. Another one makes other bytes. */
  readonly encoder: string
}

/** A blob that a repository needs, and how it comes in. */
export interface PlannedBlob extends Descriptor {
  readonly repository: string
  readonly kind: BlobKind
  /**
   * `present`: it is there. `mount`: the registry takes it from another of its repositories. `upload`: its bytes are
   * sent.
   */
  readonly action: 'present' | 'mount' | 'upload'
  /** The repository that a mount takes it from; that may be one of the same push, which has it by then. */
  readonly mountFrom?: string
  /** How it is made, where the archive does not have it: `{ compress }`. */
  readonly compression?: PlannedCompression
}

/** A manifest that is put. */
export interface PlannedManifest extends Descriptor {
  readonly repository: string
  /** The manifest that this one is attached to, if it is a referrer. */
  readonly subject?: Digest
  /** The text of a manifest that the archive does not have: it lists the available platforms, or compressed layers. */
  readonly text?: string
}

/** A tag that is set. */
export interface PlannedTag {
  readonly repository: string
  readonly tag: string
  readonly digest: Digest
  /** The manifest that it points at now. Absent if the tag does not exist; the same as `digest` if it does not move. */
  readonly previous?: Digest
}

/** An image that goes up as something else than the archive has under its name. */
export interface DigestChange {
  readonly repository: string
  readonly from: Digest
  readonly to: Digest
}

/** The steps of a push, as plain JSON to show, keep and execute. */
export interface PushPlan {
  /** The form of the plan. `executePush` takes no other. */
  readonly version: 1
  /** The registry's base URL. */
  readonly registry: string
  readonly blobs: readonly PlannedBlob[]
  /** In this order, in which what a manifest names comes before it. The tags come after all of them. */
  readonly manifests: readonly PlannedManifest[]
  readonly tags: readonly PlannedTag[]
  readonly digestChanges: readonly DigestChange[]
  /** Of all blobs, in bytes. */
  readonly totalBytes: number
  /** Of the blobs that are uploaded, in bytes. Mounts that the registry turns down come on top. */
  readonly uploadBytes: number
  /**
   * How many requests it takes in chunks of `chunkSize`, if none fails and nobody has to sign in. A push without that
   * option chooses the size of chunks by the link, and a registry that sets several tags at once takes fewer. Where the
   * registry does not list referrers itself, their lists take some more.
   */
  readonly requests: number
}
