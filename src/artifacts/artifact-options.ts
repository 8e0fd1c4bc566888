import type { Descriptor } from '../oci/descriptor.ts'
import type { MakePlanOptions } from '../transfer/plan/make-plan.ts'
import type { PushOptions } from '../transfer/push-options.ts'

/** The options of `attachArtifact` and `pushArtifact`: the annotations, and those of a push. */
export interface ArtifactOptions
  extends Omit<PushOptions, 'compressions'>,
    Pick<MakePlanOptions, 'mountFrom' | 'existing' | 'lookups'> {
  /**
   * Annotations of the manifest. @default only `org.opencontainers.image.created`, which is now unless it is given
   */
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** The options of `attachArtifact`. */
export interface AttachOptions extends ArtifactOptions {
  /** The type of the artifact, such as `application/spdx+json`. */
  readonly artifactType: string
}

/** The options of `pushArtifact`. */
export interface PushArtifactOptions extends ArtifactOptions {
  /** The type of the artifact. @default application/vnd.unknown.artifact.v1, as oras has it */
  readonly artifactType?: string | undefined
  /** Tags to set besides the tag of the call. @default none */
  readonly tags?: readonly string[] | undefined
}

/** An artifact that was pushed: the descriptor of its manifest, and what it says. */
export interface PushedArtifact extends Descriptor {
  readonly artifactType: string
  readonly annotations: Readonly<Record<string, string>>
  /** The manifest that it is attached to, if it is a referrer. */
  readonly subject: Descriptor | undefined
}
