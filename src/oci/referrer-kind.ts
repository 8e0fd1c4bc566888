/**
 * The kind of a referrer, where it is known:
 *
 * - `cosign-signature`, `cosign-attestation`, `cosign-sbom`: by cosign's tags, or a Sigstore bundle (cosign 3, GitHub)
 * - `notation-signature`: a signature of Notary Project
 * - `buildx-attestation`: provenance or an SBOM that BuildKit made; `predicateTypes` tells which
 * - `attestation`: another in-toto statement
 * - `sbom`: an SBOM in SPDX, CycloneDX or Syft's format
 * - `helm-chart`
 * - `unknown`: anything else
 */
export type ReferrerKind =
  | 'cosign-signature'
  | 'cosign-attestation'
  | 'cosign-sbom'
  | 'notation-signature'
  | 'buildx-attestation'
  | 'attestation'
  | 'sbom'
  | 'helm-chart'
  | 'unknown'

/** A referrer, as far as it is known. */
export interface ReferrerFacts {
  readonly artifactType: string | undefined
  readonly annotations: Readonly<Record<string, string>>
  /** The tag of cosign that names it. */
  readonly tag?: string | undefined
  /** True if an index lists it as an attestation of BuildKit. */
  readonly isAttestation?: boolean
}

const BY_TAG: Readonly<Record<string, ReferrerKind>> = {
  sig: 'cosign-signature',
  att: 'cosign-attestation',
  sbom: 'cosign-sbom',
}

export const BUILDX_TYPE = 'application/vnd.docker.attestation.manifest.v1+json'

const BY_TYPE: Readonly<Record<string, ReferrerKind>> = {
  'application/vnd.dev.cosign.artifact.sig.v1+json': 'cosign-signature',
  'application/vnd.dev.cosign.artifact.att.v1+json': 'cosign-attestation',
  'application/vnd.dev.cosign.artifact.sbom.v1+json': 'cosign-sbom',
  'application/vnd.dev.cosign.simplesigning.v1+json': 'cosign-signature',
  'application/vnd.cncf.notary.signature': 'notation-signature',
  [BUILDX_TYPE]: 'buildx-attestation',
  'application/vnd.in-toto+json': 'attestation',
  'application/spdx+json': 'sbom',
  'text/spdx': 'sbom',
  'application/vnd.cyclonedx+json': 'sbom',
  'application/vnd.cyclonedx+xml': 'sbom',
  'application/vnd.cyclonedx': 'sbom',
  'application/vnd.syft+json': 'sbom',
  'application/vnd.cncf.helm.config.v1+json': 'helm-chart',
}

/** A bundle of Sigstore, of any version. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle'
export const BUNDLE_CONTENT = 'dev.sigstore.bundle.content'
export const BUNDLE_PREDICATE = 'dev.sigstore.bundle.predicateType'
/** The predicate of a signature that cosign 3 makes. */
const SIGNATURE_PREDICATE = 'https://sigstore.dev/cosign/sign/v1'

/** Names the kind of a referrer. */
export function kindOf({ artifactType = '', annotations, tag, isAttestation }: ReferrerFacts): ReferrerKind {
  const byTag = BY_TAG[tag?.split('.')[1] ?? '']
  if (byTag) return byTag
  if (isAttestation) return 'buildx-attestation'
  if (artifactType.startsWith(BUNDLE_TYPE)) return isSignature(annotations) ? 'cosign-signature' : 'cosign-attestation'
  return Object.hasOwn(BY_TYPE, artifactType) ? (BY_TYPE[artifactType] as ReferrerKind) : 'unknown'
}

function isSignature(annotations: Readonly<Record<string, string>>): boolean {
  return annotations[BUNDLE_CONTENT] === 'message-signature' || annotations[BUNDLE_PREDICATE] === SIGNATURE_PREDICATE
}
