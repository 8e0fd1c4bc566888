import type { Descriptor } from '../oci/descriptor.ts'
import type { RequestOptions } from '../registry/registry.ts'
import type { RuntimeOptions } from '../runtime.ts'

/** A file of an artifact in a registry. */
export interface PulledFile extends Descriptor {
  /**
   * Its path, relative and checked: it leads out of no folder. Absent if the artifact names none.
   */
  readonly title: string | undefined
  readonly annotations: Readonly<Record<string, string>>
  /**
   * Reads its bytes. The last piece comes only if the digest matches, otherwise the stream errors. Each call reads it
   * again.
   */
  stream(options?: RequestOptions): ReadableStream<Uint8Array<ArrayBuffer>>
  /** Reads all its bytes into memory, and verifies them. */
  bytes(options?: RequestOptions): Promise<Uint8Array<ArrayBuffer>>
}

/** An artifact in a registry: the descriptor of its manifest, and what it says. */
export interface PulledArtifact extends Descriptor {
  readonly artifactType: string | undefined
  readonly annotations: Readonly<Record<string, string>>
  /** The manifest that it is attached to, if it is a referrer. */
  readonly subject: Descriptor | undefined
  readonly files: readonly PulledFile[]
}

/** The options of `pullArtifact`. */
export interface PullArtifactOptions extends RequestOptions, RuntimeOptions {}
