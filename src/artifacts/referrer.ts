import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { ReferrerKind } from '../oci/referrer-kind.ts'
import type { DownloadLimits } from '../registry/download/limits.ts'
import type { RequestOptions } from '../registry/registry.ts'
import type { RuntimeOptions } from '../runtime.ts'

/** A manifest that is about another one: its descriptor, and what it is. */
export interface Referrer extends Descriptor {
  readonly kind: ReferrerKind
  /** The type of the artifact; of one without a type, that of its config. */
  readonly artifactType: string | undefined
  readonly annotations: Readonly<Record<string, string>>
  /** The types of the in-toto predicates in an attestation, such as `https://slsa.dev/provenance/v1`. */
  readonly predicateTypes: readonly string[]
  /** The manifest that it is about. */
  readonly subject: Digest
  /** The tag by which cosign names it. Absent for what a list of referrers or an index names. */
  readonly tag: string | undefined
}

/** The options of `listReferrers`. */
export interface ListReferrersOptions extends RequestOptions, RuntimeOptions {
  /** Lists only artifacts of this type. @default all */
  readonly artifactType?: string | undefined
  /** True to list the referrers of the manifests in an index too. @default false */
  readonly children?: boolean | undefined
  /** The limits of the lists and manifests. Each has a default. */
  readonly limits?: Partial<DownloadLimits> | undefined
  /** Called with a text for anything that is unusual, but harmless. */
  readonly onWarning?: ((warning: string) => void) | undefined
}
